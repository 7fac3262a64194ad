import { type Kysely, sql } from 'kysely'
import type { Database, Role } from '../db/schema.js'
import { exactTime } from './keyset-cursor.js'

export interface NewAuthSession {
  readonly id: string
  readonly userId: string
  readonly refreshHash: Buffer
  readonly at: Date
  readonly expiresAt: Date
}

/** The caller holds the user's row, so that no time of it lies between its `not_before` and this login's. */
export async function insertAuthSession(transaction: Kysely<Database>, login: NewAuthSession): Promise<void> {
  await transaction
    .insertInto('auth_sessions')
    .values(({ selectFrom }) => ({
      id: login.id,
      user_id: login.userId,
      created_at: selectFrom('users')
        .select(sql<Date>`greatest(clock_timestamp(), not_before + interval '1 microsecond')`.as('at'))
        .where('id', '=', login.userId),
      refresh_hash: login.refreshHash,
      last_used_at: login.at,
      expires_at: login.expiresAt,
    }))
    .execute()
}

export interface LiveAuthSession {
  readonly role: Role
  readonly last_used_at: Date
  readonly expires_at: Date
}

/** A login that is not revoked, idle or expired, of an active account; else undefined. */
export function findLiveAuthSession(
  db: Kysely<Database>,
  { id, userId, at, idleMs }: { id: string; userId: string; at: Date; idleMs: number },
): Promise<LiveAuthSession | undefined> {
  return db
    .selectFrom('auth_sessions')
    .innerJoin('users', 'users.id', 'auth_sessions.user_id')
    .select(['users.role', 'auth_sessions.last_used_at', 'auth_sessions.expires_at'])
    .where('auth_sessions.id', '=', id)
    .where('auth_sessions.user_id', '=', userId)
    .where('auth_sessions.revoked_at', 'is', null)
    .where('auth_sessions.expires_at', '>', at)
    .where('auth_sessions.last_used_at', '>', new Date(at.getTime() - idleMs))
    .whereRef('auth_sessions.created_at', '>=', 'users.not_before')
    .where('users.is_active', '=', true)
    .limit(1)
    .executeTakeFirst()
}

/** A login, whatever state it is in. */
export interface LoginState {
  readonly user_id: string
  readonly revoked_at: Date | null
  readonly last_used_at: Date
  readonly expires_at: Date
  readonly exact_created_at: string
}

export function findLoginState(db: Kysely<Database>, id: string): Promise<LoginState | undefined> {
  return db
    .selectFrom('auth_sessions')
    .select(['user_id', 'revoked_at', 'last_used_at', 'expires_at'])
    .select(exactTime('created_at').as('exact_created_at'))
    .where('id', '=', id)
    .limit(1)
    .executeTakeFirst()
}

/** Notes that a login is used, unless that was noted after `unlessSince`. */
export async function touchAuthSession(
  db: Kysely<Database>,
  id: string,
  { at, unlessSince }: { at: Date; unlessSince: Date },
): Promise<void> {
  await db
    .updateTable('auth_sessions')
    .set({ last_used_at: at })
    .where('id', '=', id)
    .where('last_used_at', '<=', unlessSince)
    .execute()
}

/** Held until the transaction ends, so that a refresh token is exchanged once. */
export function lockAuthSession(
  transaction: Kysely<Database>,
  id: string,
): Promise<{ user_id: string; refresh_hash: Buffer } | undefined> {
  return transaction
    .selectFrom('auth_sessions')
    .select(['user_id', 'refresh_hash'])
    .where('id', '=', id)
    .limit(1)
    .forUpdate()
    .executeTakeFirst()
}

export async function exchangeRefreshHash(
  transaction: Kysely<Database>,
  id: string,
  { refreshHash, at }: { refreshHash: Buffer; at: Date },
): Promise<void> {
  await transaction
    .updateTable('auth_sessions')
    .set({ refresh_hash: refreshHash, last_used_at: at })
    .where('id', '=', id)
    .execute()
}

export async function revokeAuthSession(transaction: Kysely<Database>, id: string, at: Date): Promise<void> {
  await transaction
    .updateTable('auth_sessions')
    .set({ revoked_at: at })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .execute()
}

const removedAtOnce = 100

/** What nobody can use any more; some of it at each login. */
export async function deleteExpiredAuthSessions(
  transaction: Kysely<Database>,
  userId: string,
  at: Date,
): Promise<void> {
  await transaction
    .deleteFrom('auth_sessions')
    .where('id', 'in', ({ selectFrom }) =>
      selectFrom('auth_sessions')
        .select('id')
        .where('user_id', '=', userId)
        .where('expires_at', '<=', at)
        .limit(removedAtOnce)
        .forUpdate()
        .skipLocked(),
    )
    .execute()
}
