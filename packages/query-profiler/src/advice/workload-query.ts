import { sqlParser } from '../fingerprint/sql-parser.js'
import type { WorkloadQuery } from './advice.js'
import { plannableText } from './plannable-query.js'

/**
 * A statement with its fingerprint, which does not depend on its values.
 * @returns why not, for what the parser refuses; without the text, in which values may stand
 */
export function workloadQuery(
  sql: string,
  calls: number,
  meanMs: number | null,
): WorkloadQuery | { readonly sql: string; readonly reason: string } {
  try {
    return { fingerprint: fingerprintOf(sql), sql, calls, meanMs }
  } catch {
    return { sql: '', reason: 'PostgreSQL’s parser refuses it' }
  }
}

function fingerprintOf(sql: string): string {
  try {
    return sqlParser.fingerprint(sql)
  } catch {
    return sqlParser.fingerprint(plannableText(sql).text)
  }
}
