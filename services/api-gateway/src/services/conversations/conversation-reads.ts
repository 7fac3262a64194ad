import type { Kysely } from 'kysely'
import type { Database } from '../../db/schema.js'
import { listMessages, type MessageListQuery } from '../../repositories/messages.repository.js'
import { findSession, listSessions, type OwnedSession } from '../../repositories/sessions.repository.js'

export type SessionListQuery = Parameters<typeof listSessions>[1]
export type ListedSession = Awaited<ReturnType<typeof listSessions>>[number]
export type ListedMessage = Awaited<ReturnType<typeof listMessages>>[number]

export interface MessagesQuery extends Omit<MessageListQuery, 'sessionId' | 'after'> {
  /** Asked once the session is known to be the user's. */
  readonly after?: (() => string) | undefined
}

/** Lists that are read over and over. Rows are not to be changed. */
export interface ConversationReads {
  listSessions(query: SessionListQuery): Promise<readonly ListedSession[]>
  /** Undefined: the user has no such session. */
  listMessages(session: OwnedSession, query: MessagesQuery): Promise<readonly ListedMessage[] | undefined>
  /** To be awaited when a change of the session is committed, before its user hears of it. */
  changed(session: OwnedSession): Promise<void>
}

/** As the database has them. */
export function storedConversations(db: Kysely<Database>): ConversationReads {
  return {
    listSessions: query => listSessions(db, query),
    listMessages: async (session, { after, ...query }) =>
      (await findSession(db, session)) &&
      listMessages(db, { sessionId: session.id, ...query, after: after?.() }),
    changed: async () => {},
  }
}
