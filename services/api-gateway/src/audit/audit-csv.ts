import { stringify } from 'csv-stringify/sync'
import type { AuditRecord } from './audit-record.js'

const columns = [
  'timestamp',
  'seq',
  'id',
  'userId',
  'user',
  'userRole',
  'action',
  'resourceType',
  'resourceId',
  'requestId',
  'ipAddress',
  'userAgent',
  'service',
  'endpoint',
  'success',
  'statusCode',
  'error',
  'details',
] as const satisfies readonly (keyof AuditRecord)[]

export const auditCsvHead = stringify([[...columns]], { record_delimiter: 'windows' })

/** Of these alone the writer does not know that they end a line. */
const quoted_match = /[\r\n]/

/** Lines of RFC 4180. A cell that a spreadsheet would take for a formula is preceded by an apostrophe. */
export function auditCsvLines(records: readonly AuditRecord[]): string {
  const cells = records.map(record => ({
    ...record,
    timestamp: record.timestamp.toISOString(),
    success: String(record.success),
    details: JSON.stringify(record.details),
  }))
  return stringify(cells, {
    columns: [...columns],
    escape_formulas: true,
    quoted_match,
    record_delimiter: 'windows',
  })
}
