import { sqlParser } from '../fingerprint/sql-parser.js'
import { bodyOf, kindOf, listOf, type TreeBody } from './syntax-tree.js'

/** An index to create or to drop, as it is tried out within a transaction. */
export interface IndexChange {
  readonly kind: 'create' | 'drop'
  /** Without CONCURRENTLY, which no transaction takes. */
  readonly sql: string
}

/**
 * Of several statements the first; the others may be ANALYZE only, as after an index on an expression.
 * @returns undefined for what is neither one CREATE INDEX nor one DROP INDEX
 */
export function indexChange(ddl: string): IndexChange | undefined {
  try {
    const [first, ...others] = listOf((sqlParser.parse(ddl) as TreeBody).stmts)
    const kind = kindOfChange(first?.stmt)
    if (!kind || others.some(({ stmt }) => kindOf(stmt) !== 'VacuumStmt')) return undefined
    const start = Number(first?.stmt_location ?? 0)
    const bytes = Buffer.from(ddl).subarray(start, start + (Number(first?.stmt_len) || ddl.length * 4))
    const text = bytes.toString()
    const word = sqlParser
      .scan(text)
      .tokens.find(token => /^concurrently$/i.test(bytes.toString('utf8', token.start, token.end)))
    const sql = word ? bytes.toString('utf8', 0, word.start) + bytes.toString('utf8', word.end) : text
    return { kind, sql: sql.trim() }
  } catch {
    return undefined
  }
}

function kindOfChange(statement: unknown): IndexChange['kind'] | undefined {
  if (kindOf(statement) === 'IndexStmt') return 'create'
  return bodyOf(statement, 'DropStmt')?.removeType === 'OBJECT_INDEX' ? 'drop' : undefined
}
