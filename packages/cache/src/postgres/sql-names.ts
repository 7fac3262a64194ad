import { createHash } from 'node:crypto'
import { CacheError } from '../cache-error.js'

const maxNameBytes = 63

/** @throws CacheError CACHE_TRACKING_INVALID that names `field`. */
export function checkName(name: unknown, field: string): asserts name is string {
  if (typeof name !== 'string' || name === '' || name.includes('\0'))
    throw invalid(`${field} is not a name`, field, 'Give the name as PostgreSQL has it, without quotes')
  if (Buffer.byteLength(name) > maxNameBytes)
    throw invalid(`${field} is longer than ${maxNameBytes} bytes`, field, 'PostgreSQL has no such names')
}

export interface TableName {
  readonly schema: string
  readonly table: string
}

/** 'users' is of the schema `public`; 'app.Users' is "app"."Users". */
export function parseTableName(name: unknown): TableName {
  const parts = typeof name === 'string' ? name.split('.') : []
  if (parts.length === 0 || parts.length > 2)
    throw invalid(
      'table is not the name of a table',
      'table',
      "Write it as 'users' or 'app.users'; names that hold a dot are not supported",
    )
  const [schema, table] = parts.length === 2 ? parts : ['public', parts[0]]
  checkName(schema, 'table')
  checkName(table, 'table')
  return { schema, table }
}

export function quoteName(...parts: readonly string[]): string {
  return parts.map(part => `"${part.replaceAll('"', '""')}"`).join('.')
}

export function quoteText(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`
  return text.includes('\\') ? `E${quoted}` : quoted
}

/** `stem` and `suffix`, shortened where PostgreSQL would cut off what tells it from others. */
export function generatedName(stem: string, suffix: string): string {
  const name = stem + suffix
  if (Buffer.byteLength(name) <= maxNameBytes) return name
  const hash = createHash('sha256').update(stem).digest('hex').slice(0, 12)
  let start = [...stem]
  while (Buffer.byteLength(`${start.join('')}_${hash}${suffix}`) > maxNameBytes) start = start.slice(0, -1)
  return `${start.join('')}_${hash}${suffix}`
}

export function invalid(message: string, field: string, remedy: string): CacheError {
  return new CacheError('CACHE_TRACKING_INVALID', message, { field, remedy })
}
