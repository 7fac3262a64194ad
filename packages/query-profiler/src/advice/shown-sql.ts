import { sqlParser } from '../fingerprint/sql-parser.js'

const mostCharacters = 4096

/** Without values and comments; for what the parser refuses, not even the text. */
export function shownSql(sql: string): string {
  try {
    const bytes = Buffer.from(sqlParser.normalize(sql))
    const tokens = sqlParser.scan(bytes.toString()).tokens
    const parts: string[] = []
    let end = 0
    for (const token of tokens.filter(
      ({ tokenName }) => tokenName === 'SQL_COMMENT' || tokenName === 'C_COMMENT',
    )) {
      parts.push(bytes.toString('utf8', end, token.start))
      end = token.end
    }
    parts.push(bytes.toString('utf8', end))
    return parts.join(' ').replace(/\s+/g, ' ').trim().slice(0, mostCharacters)
  } catch {
    return '(not parsed)'
  }
}
