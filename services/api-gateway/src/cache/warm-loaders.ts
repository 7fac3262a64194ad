import type { ManyLoader } from '@voiceassist/cache'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.js'
import { listDocuments } from '../repositories/kb-documents.repository.js'
import type { ConversationReads } from '../services/conversations/conversation-reads.js'
import { documentListTag } from './cache-keys.js'
import { firstMessages, firstSessions } from './cached-conversations.js'

type WarmNamespace = 'sessions' | 'messages' | 'documents'

/**
 * Loads what a key stands for: its id says it all, but for lists of documents by a filter or cursor, of which the key has
 * an HMAC. Accounts, logins and flags are not kept in this memory.
 */
export function warmLoaders(
  db: Kysely<Database>,
  stored: ConversationReads,
): Readonly<Record<WarmNamespace, ManyLoader<unknown>>> {
  return {
    sessions: each(userId => firstSessions(stored, userId)),
    messages: each((id, order) => firstMessages(db, stored, id, order === 'desc' ? 'desc' : 'asc')),
    documents: (missing, context) => {
      context.setTags([documentListTag])
      return each(async (limit, filter) =>
        filter === undefined ? listDocuments(db, { limit: Number(limit) }) : undefined,
      )(missing, context)
    },
  }
}

/** One after the other: warming may take its time. */
function each(load: (id: string, rest: string | undefined) => Promise<unknown>): ManyLoader<unknown> {
  return async missing => {
    const found = new Map<string, unknown>()
    for (const key of missing) {
      const [, id = '', rest] = key.split(':')
      const value = await load(id, rest)
      if (value !== undefined) found.set(key, value)
    }
    return found
  }
}
