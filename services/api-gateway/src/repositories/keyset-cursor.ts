import { createHash } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import { GatewayError } from '../errors.js'

/** A place in a list that is ordered by a time and, for ties, by id. */
export interface KeysetPosition {
  /** ISO 8601 in UTC with all six digits of the microseconds, which a JavaScript Date would lose. */
  readonly at: string
  readonly id: string
}

const position =
  /^([12]\d{3}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z) ([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?: |$)/

/**
 * A text that says nothing to its reader and can be put into a URL as it is.
 * @param scope which list it belongs to, where there is more than one of a kind (a session's messages)
 */
export function encodeCursor({ at, id }: KeysetPosition, scope = ''): string {
  const mark =
    scope && ` ${createHash('sha256').update(`${scope} ${at} ${id}`).digest('base64url').slice(0, 8)}`
  return Buffer.from(`${at} ${id}${mark}`, 'latin1').toString('base64url')
}

/** @throws GatewayError VALIDATION_FAILED for a text that `encodeCursor` did not write for this scope. */
export function decodeCursor(cursor: string, scope = ''): KeysetPosition {
  const match = position.exec(Buffer.from(cursor, 'base64url').toString('latin1'))
  const found = match && { at: match[1]!, id: match[2]! }
  if (found && encodeCursor(found, scope) === cursor && isTime(found.at)) return found
  throw cursorRefused()
}

export function cursorRefused(): GatewayError {
  return new GatewayError('VALIDATION_FAILED', 'The cursor is not one that this list has given', {
    field: 'cursor',
    remedy: 'Take nextCursor of the page before, or leave it out to begin at the start',
  })
}

/** A timestamp column as `KeysetPosition.at` writes it; cast it back with `::timestamptz`. */
export function exactTime(column: string): RawBuilder<string> {
  return sql<string>`to_char(${sql.ref(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
}

/** False for a 30th of February, which a Date would move into March and PostgreSQL would refuse. */
function isTime(at: string): boolean {
  const milliseconds = `${at.slice(0, 23)}Z`
  const time = new Date(milliseconds)
  return !Number.isNaN(time.getTime()) && time.toISOString() === milliseconds
}
