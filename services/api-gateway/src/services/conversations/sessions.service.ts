import type { Kysely, Transaction } from 'kysely'
import type { UserActor } from '../../audit/actor.js'
import type { AuditAction } from '../../audit/audit-actions.js'
import type { ReadAudit } from '../../audit/read-audit.js'
import { inTransaction } from '../../db/held-transaction.js'
import type { Database } from '../../db/schema.js'
import { GatewayError } from '../../errors.js'
import { recordAudit } from '../../repositories/audit-logs.repository.js'
import { decodeCursor, encodeCursor } from '../../repositories/keyset-cursor.js'
import {
  deleteSession,
  endSession,
  findSession,
  insertSession,
  type OwnedSession,
  renameSession,
  type SessionRow,
} from '../../repositories/sessions.repository.js'
import { type ConversationReads, storedConversations } from './conversation-reads.js'
import type { Message } from './messages-port.js'
import { noSuchSession } from './no-such-session.js'
import { sessionMessages } from './session-messages.js'

export interface Session {
  readonly id: string
  readonly title: string | null
  readonly messageCount: number
  readonly lastMessageAt: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly endedAt: Date | null
}

export interface SessionPage {
  readonly items: readonly Session[]
  readonly nextCursor: string | null
}

export interface SessionExport {
  readonly session: Session
  /**
   * The messages that there are now, oldest first, a page at a time in memory. Fails rather than ends early when the
   * session is deleted meanwhile.
   */
  readonly messages: AsyncIterable<Message>
}

/** Another user's session is none: NOT_FOUND, as for one that does not exist. */
export interface SessionsService {
  /** @throws GatewayError UNAUTHENTICATED when the account is gone. */
  create(actor: UserActor, session: { readonly title?: string | undefined }): Promise<Session>
  /** The actor's own, newest first; limit 1 to 200. @throws GatewayError VALIDATION_FAILED for a cursor that is none. */
  list(
    actor: UserActor,
    query: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<SessionPage>
  /** @throws GatewayError NOT_FOUND. */
  read(actor: UserActor, id: string): Promise<Session>
  /** @throws GatewayError NOT_FOUND. */
  rename(actor: UserActor, id: string, title: string): Promise<Session>
  /** Ending it again changes nothing. @throws GatewayError NOT_FOUND. */
  end(actor: UserActor, id: string): Promise<Session>
  /** With its messages. @throws GatewayError NOT_FOUND. */
  remove(actor: UserActor, id: string): Promise<void>
  /** Audited whole before its first message is read. @throws GatewayError NOT_FOUND. */
  export(actor: UserActor, id: string): Promise<SessionExport>
}

export interface SessionsServiceOptions {
  readonly db: Kysely<Database>
  readonly reads: ReadAudit
  /** Default: as the database has them. */
  readonly conversations?: ConversationReads
}

export function createSessionsService({
  db,
  reads,
  conversations = storedConversations(db),
}: SessionsServiceOptions): SessionsService {
  /** Changes a session and audits it; refused attempts are audited too. */
  async function change<T>(
    actor: UserActor,
    id: string,
    action: AuditAction,
    work: (transaction: Transaction<Database>, session: OwnedSession) => Promise<T | undefined>,
  ): Promise<T> {
    const resource = { type: 'session', id } as const
    const session = { id, userId: actor.userId }
    const changed = await inTransaction(db, async transaction => {
      const result = await work(transaction, session)
      await recordAudit(transaction, actor, {
        action,
        resource,
        ...(result === undefined ? { error: 'NOT_FOUND' } : {}),
      })
      return result
    })
    if (changed === undefined) throw noSuchSession()
    await conversations.changed(session)
    return changed
  }

  return {
    async create(actor, { title }) {
      const created = await inTransaction(db, async transaction => {
        const row = await insertSession(transaction, { userId: actor.userId, title: title ?? null })
        if (!row) throw new GatewayError('UNAUTHENTICATED', 'The account no longer exists')
        await recordAudit(transaction, actor, {
          action: 'session.create',
          resource: { type: 'session', id: row.id },
        })
        return row
      })
      await conversations.changed({ id: created.id, userId: actor.userId })
      return sessionOf(created)
    },

    async list(actor, { limit, cursor }) {
      const { userId } = actor
      const scope = `sessions:${userId}`
      const after = cursor === undefined ? undefined : decodeCursor(cursor, scope)
      const rows = await conversations.listSessions({ userId, limit: limit + 1, after })
      const page = rows.slice(0, limit)
      const last = rows.length > limit ? page.at(-1) : undefined
      await reads.record(actor, { action: 'session.list', details: { count: page.length } })
      return {
        items: page.map(sessionOf),
        nextCursor: last ? encodeCursor({ at: last.exact_created_at, id: last.id }, scope) : null,
      }
    },

    async read(actor, id) {
      const row = await findSession(db, { id, userId: actor.userId })
      await reads.record(actor, {
        action: 'session.read',
        resource: { type: 'session', id },
        ...(row ? {} : { error: 'NOT_FOUND' }),
      })
      if (!row) throw noSuchSession()
      return sessionOf(row)
    },

    rename: async (actor, id, title) =>
      sessionOf(
        await change(actor, id, 'session.update', (transaction, session) =>
          renameSession(transaction, session, title),
        ),
      ),
    end: async (actor, id) => sessionOf(await change(actor, id, 'session.end', endSession)),
    async remove(actor, id) {
      await change(actor, id, 'session.delete', async (transaction, session) =>
        (await deleteSession(transaction, session)) ? true : undefined,
      )
    },

    async export(actor, id) {
      const row = await findSession(db, { id, userId: actor.userId })
      await reads.record(actor, {
        action: 'session.export',
        resource: { type: 'session', id },
        ...(row ? { details: { count: row.message_count } } : { error: 'NOT_FOUND' }),
      })
      if (!row) throw noSuchSession()
      return { session: sessionOf(row), messages: sessionMessages(db, id, row.message_count) }
    },
  }
}

function sessionOf(row: SessionRow): Session {
  return {
    id: row.id,
    title: row.title,
    messageCount: row.message_count,
    lastMessageAt: row.last_message_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    endedAt: row.ended_at,
  }
}
