import type { Kysely } from 'kysely'
import type { Database } from '../../db/schema.js'
import { GatewayError } from '../../errors.js'
import { listMessages } from '../../repositories/messages.repository.js'
import type { Message } from './messages-port.js'
import { messageOf } from './stored-messages.js'

const pageSize = 100

/**
 * A session's first `count` messages, oldest first, by one query a page. Messages are only ever added, so these are the
 * ones that there were when the session was counted.
 * @throws GatewayError NOT_FOUND when they are deleted meanwhile.
 */
export async function* sessionMessages(
  db: Kysely<Database>,
  sessionId: string,
  count: number,
): AsyncGenerator<Message> {
  let after: string | undefined
  for (let left = count; left > 0; ) {
    const limit = Math.min(left, pageSize)
    const rows = await listMessages(db, { sessionId, limit, order: 'asc', after })
    if (rows.length < limit) throw new GatewayError('NOT_FOUND', 'The session was deleted meanwhile')
    for (const row of rows) yield messageOf(row)
    after = rows.at(-1)!.exact_created_at
    left -= rows.length
  }
}
