import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.js'
import { GatewayError } from '../errors.js'
import { decodeCursor, encodeCursor } from '../repositories/keyset-cursor.js'
import {
  deleteSession,
  endSession,
  findSession,
  insertSession,
  listSessions,
  type OwnedSession,
  renameSession,
  type SessionRow,
} from '../repositories/sessions.repository.js'

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

/** Another user's session is none: NOT_FOUND, as for one that does not exist. */
export interface SessionsService {
  create(userId: string, session: { readonly title?: string | undefined }): Promise<Session>
  /** Newest first; limit 1 to 200. @throws GatewayError VALIDATION_FAILED for a cursor that is none. */
  list(
    userId: string,
    query: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<SessionPage>
  /** @throws GatewayError NOT_FOUND. */
  read(session: OwnedSession): Promise<Session>
  /** @throws GatewayError NOT_FOUND. */
  rename(session: OwnedSession, title: string): Promise<Session>
  /** Ending it again changes nothing. @throws GatewayError NOT_FOUND. */
  end(session: OwnedSession): Promise<Session>
  /** With its messages. @throws GatewayError NOT_FOUND. */
  remove(session: OwnedSession): Promise<void>
}

export function createSessionsService({ db }: { readonly db: Kysely<Database> }): SessionsService {
  return {
    async create(userId, { title }) {
      return sessionOf(await insertSession(db, { user_id: userId, title: title ?? null }))
    },
    async list(userId, { limit, cursor }) {
      const scope = `sessions:${userId}`
      const after = cursor === undefined ? undefined : decodeCursor(cursor, scope)
      const rows = await listSessions(db, { userId, limit: limit + 1, after })
      const page = rows.slice(0, limit)
      const last = rows.length > limit ? page.at(-1) : undefined
      return {
        items: page.map(sessionOf),
        nextCursor: last ? encodeCursor({ at: last.exact_created_at, id: last.id }, scope) : null,
      }
    },
    read: async session => sessionOf(found(await findSession(db, session))),
    rename: async (session, title) => sessionOf(found(await renameSession(db, session, title))),
    end: async session => sessionOf(found(await endSession(db, session))),
    async remove(session) {
      if (!(await deleteSession(db, session))) throw noSuchSession()
    },
  }
}

export function noSuchSession(): GatewayError {
  return new GatewayError('NOT_FOUND', 'There is no such session')
}

function found<T>(row: T | undefined): T {
  if (row === undefined) throw noSuchSession()
  return row
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
