import type { AuditRecord } from './audit-record.js'

/** What a row says beside its columns. Whoever can write to the table can write any JSON: it is to be read all the same. */
export function auditDetails(stored: unknown): AuditRecord['details'] {
  const isObject = typeof stored === 'object' && stored !== null && !Array.isArray(stored)
  const entries = Object.entries(isObject ? stored : { value: stored })
  return Object.fromEntries(entries.map(([name, value]) => [name, scalar(value)]))
}

function scalar(value: unknown): string | number | boolean | null {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  return JSON.stringify(value)
}
