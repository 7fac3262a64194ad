import type { Insertable, Kysely } from 'kysely'
import type { AuthSessionsTable, Database, Role } from '../db/schema.js'

export async function insertAuthSession(
  db: Kysely<Database>,
  session: Insertable<AuthSessionsTable>,
): Promise<string> {
  const { id } = await db
    .insertInto('auth_sessions')
    .values(session)
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** The user of a login that is neither revoked nor expired and whose account is active; else undefined. */
export function findLiveAuthSession(
  db: Kysely<Database>,
  { id, userId, at }: { id: string; userId: string; at: Date },
): Promise<{ id: string; role: Role } | undefined> {
  return db
    .selectFrom('auth_sessions')
    .innerJoin('users', 'users.id', 'auth_sessions.user_id')
    .select(['users.id', 'users.role'])
    .where('auth_sessions.id', '=', id)
    .where('auth_sessions.user_id', '=', userId)
    .where('auth_sessions.revoked_at', 'is', null)
    .where('auth_sessions.expires_at', '>', at)
    .where('users.is_active', '=', true)
    .limit(1)
    .executeTakeFirst()
}

export function revokeAuthSessionsOf(db: Kysely<Database>, userId: string, at: Date) {
  return db
    .updateTable('auth_sessions')
    .set({ revoked_at: at })
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .execute()
}
