import { sqlParser } from '../fingerprint/sql-parser.js'
import { kindOf, listOf, type TreeBody } from './syntax-tree.js'

/** An index to create or to drop, as it is tried out within a transaction. */
export interface IndexChange {
  readonly kind: 'create' | 'drop'
  /** Without CONCURRENTLY, which no transaction takes. */
  readonly sql: string
}

/** @returns undefined for what is neither one CREATE INDEX nor one DROP INDEX */
export function indexChange(ddl: string): IndexChange | undefined {
  try {
    const statements = listOf((sqlParser.parse(ddl) as TreeBody).stmts)
    const kind = kinds[kindOf(statements[0]?.stmt)]
    if (statements.length !== 1 || !kind) return undefined
    const bytes = Buffer.from(ddl)
    const word = sqlParser
      .scan(ddl)
      .tokens.find(({ start, end }) => /^concurrently$/i.test(bytes.toString('utf8', start, end)))
    const sql = word
      ? bytes.toString('utf8', 0, word.start) + bytes.toString('utf8', word.end)
      : bytes.toString()
    return { kind, sql }
  } catch {
    return undefined
  }
}

const kinds: Readonly<Record<string, IndexChange['kind']>> = { IndexStmt: 'create', DropStmt: 'drop' }
