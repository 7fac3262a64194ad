import { createHash } from 'node:crypto'
import { cursorRefused } from './keyset-cursor.js'

/**
 * The place in a list that is ordered by a unique text, as something that says nothing to its reader.
 * @param scope which list it belongs to
 */
export function encodeTextCursor(text: string, scope: string): string {
  const mark = createHash('sha256').update(`${scope} ${text}`).digest('base64url').slice(0, markLength)
  return Buffer.from(`${mark}${text}`).toString('base64url')
}

/** @throws GatewayError VALIDATION_FAILED for a text that `encodeTextCursor` did not write for this scope. */
export function decodeTextCursor(cursor: string, scope: string): string {
  const text = Buffer.from(cursor, 'base64url').toString().slice(markLength)
  if (encodeTextCursor(text, scope) !== cursor) throw cursorRefused()
  return text
}

const markLength = 8
