import { type Kysely, type Selectable, sql } from 'kysely'
import type { Database, SessionsTable } from '../db/schema.js'
import { exactTime, type KeysetPosition } from './keyset-cursor.js'

export type SessionRow = Selectable<SessionsTable>

export interface OwnedSession {
  readonly id: string
  readonly userId: string
}

/** Undefined when there is no such user any more. */
export function insertSession(
  db: Kysely<Database>,
  { userId, title }: { userId: string; title: string | null },
): Promise<SessionRow | undefined> {
  return db
    .insertInto('sessions')
    .columns(['user_id', 'title'])
    .expression(
      ({ selectFrom }) =>
        selectFrom('users')
          .select(['id', sql<string | null>`${title}::text`.as('title')])
          .where('id', '=', userId)
          .forKeyShare(), // waits for a deletion that is under way
    )
    .returningAll()
    .executeTakeFirst()
}

export function findSession(
  db: Kysely<Database>,
  { id, userId }: OwnedSession,
): Promise<SessionRow | undefined> {
  return db
    .selectFrom('sessions')
    .selectAll()
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .limit(1)
    .executeTakeFirst()
}

/** The user that a session belongs to. */
export async function findSessionOwner(db: Kysely<Database>, id: string): Promise<string | undefined> {
  const found = await db
    .selectFrom('sessions')
    .select('user_id')
    .where('id', '=', id)
    .limit(1)
    .executeTakeFirst()
  return found?.user_id
}

/** A user's sessions, newest first, from behind `after`. `exact_created_at` is what a cursor carries. */
export function listSessions(
  db: Kysely<Database>,
  { userId, limit, after }: { userId: string; limit: number; after?: KeysetPosition | undefined },
): Promise<(SessionRow & { exact_created_at: string })[]> {
  return db
    .selectFrom('sessions')
    .selectAll()
    .select(exactTime('created_at').as('exact_created_at'))
    .where('user_id', '=', userId)
    .$if(after !== undefined, query =>
      query.where(sql<boolean>`(created_at, id) < (${after?.at}::timestamptz, ${after?.id}::uuid)`),
    )
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}

export function renameSession(
  db: Kysely<Database>,
  { id, userId }: OwnedSession,
  title: string,
): Promise<SessionRow | undefined> {
  return db
    .updateTable('sessions')
    .set({ title, updated_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .returningAll()
    .executeTakeFirst()
}

/** A session that ended before keeps its time. */
export function endSession(
  db: Kysely<Database>,
  { id, userId }: OwnedSession,
): Promise<SessionRow | undefined> {
  return db
    .updateTable('sessions')
    .set({
      ended_at: sql<Date>`coalesce(ended_at, now())`,
      updated_at: sql<Date>`case when ended_at is null then now() else updated_at end`,
    })
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .returningAll()
    .executeTakeFirst()
}

export async function deleteSession(db: Kysely<Database>, { id, userId }: OwnedSession): Promise<boolean> {
  const deleted = await db
    .deleteFrom('sessions')
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .returning('id')
    .executeTakeFirst()
  return deleted !== undefined
}

/** Holds the session until the transaction ends, so that its messages are written one after the other. */
export function lockSession(
  transaction: Kysely<Database>,
  { id, userId }: OwnedSession,
): Promise<{ ended_at: Date | null } | undefined> {
  return transaction
    .selectFrom('sessions')
    .select('ended_at')
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .limit(1)
    .forUpdate()
    .executeTakeFirst()
}

/** Counts one more message and gives its time: later than every other of the session, to the microsecond. */
export async function takeMessageTime(transaction: Kysely<Database>, sessionId: string): Promise<string> {
  const { at } = await transaction
    .updateTable('sessions')
    .set({
      message_count: sql<number>`message_count + 1`,
      last_message_at: sql<Date>`greatest(clock_timestamp(), last_message_at + interval '1 microsecond')`,
      updated_at: sql<Date>`clock_timestamp()`,
    })
    .where('id', '=', sessionId)
    .returning(exactTime('last_message_at').as('at'))
    .executeTakeFirstOrThrow()
  return at
}
