import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.js'
import { findSessionOwner } from '../repositories/sessions.repository.js'
import type { ConversationReads, ListedMessage } from '../services/conversations/conversation-reads.js'
import { cacheKeys, messageKeys } from './cache-keys.js'
import { cachedRead, type GatewayCache } from './gateway-cache.js'

/** What a page has by default, and one more, which says whether another page follows. */
const firstPageRows = 51

interface MessagesOfOwner {
  readonly userId: string
  readonly rows: readonly ListedMessage[]
}

export function firstSessions(stored: ConversationReads, userId: string) {
  return stored.listSessions({ userId, limit: firstPageRows })
}

export async function firstMessages(
  db: Kysely<Database>,
  stored: ConversationReads,
  id: string,
  order: 'asc' | 'desc',
): Promise<MessagesOfOwner | undefined> {
  const userId = await findSessionOwner(db, id)
  if (userId === undefined) return undefined
  const rows = await stored.listMessages({ id, userId }, { limit: firstPageRows, order })
  return rows && { userId, rows }
}

/** First pages are kept; what lies behind them comes from the database each time. */
export function cachedConversations(
  gateway: GatewayCache,
  db: Kysely<Database>,
  stored: ConversationReads,
): ConversationReads {
  return {
    async listSessions(query) {
      const { userId, limit, after } = query
      if (after !== undefined || limit > firstPageRows) return stored.listSessions(query)
      const rows = await cachedRead(gateway, cacheKeys.sessions(userId), () => firstSessions(stored, userId))
      return rows.slice(0, limit)
    },

    async listMessages(session, query) {
      const { limit, order, after } = query
      if (after !== undefined || limit > firstPageRows) return stored.listMessages(session, query)
      const first = await cachedRead(gateway, cacheKeys.messages(session.id, order), () =>
        firstMessages(db, stored, session.id, order),
      )
      return first?.userId === session.userId ? first.rows.slice(0, limit) : undefined
    },

    async changed({ id, userId }) {
      await gateway.cache.delete([cacheKeys.sessions(userId), ...messageKeys(id)])
    },
  }
}
