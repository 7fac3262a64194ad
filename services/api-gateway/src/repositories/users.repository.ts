import type { Kysely } from 'kysely'
import type { Database, Role } from '../db/schema.js'

export interface UserRow {
  id: string
  email: string
  full_name: string
  role: Role
  is_active: boolean
  created_at: Date
  last_login: Date | null
}

const columns = ['id', 'email', 'full_name', 'role', 'is_active', 'created_at', 'last_login'] as const

/** @param email in lower case */
export function findUserWithPassword(
  db: Kysely<Database>,
  email: string,
): Promise<(UserRow & { hashed_password: string }) | undefined> {
  return db
    .selectFrom('users')
    .select([...columns, 'hashed_password'])
    .where('email', '=', email)
    .limit(1)
    .executeTakeFirst()
}

export function findUser(db: Kysely<Database>, id: string): Promise<UserRow | undefined> {
  return db.selectFrom('users').select(columns).where('id', '=', id).limit(1).executeTakeFirst()
}

/** Undefined when the e-mail is taken. */
export function insertUser(
  db: Kysely<Database>,
  user: { email: string; full_name: string; hashed_password: string; role: Role },
): Promise<UserRow | undefined> {
  return db
    .insertInto('users')
    .values(user)
    .onConflict(conflict => conflict.column('email').doNothing())
    .returning(columns)
    .executeTakeFirst()
}

/** In the order of their e-mails, those behind `afterEmail`. */
export function listUsers(
  db: Kysely<Database>,
  { limit, afterEmail = '' }: { limit: number; afterEmail?: string },
): Promise<UserRow[]> {
  return db
    .selectFrom('users')
    .select(columns)
    .where('email', '>', afterEmail)
    .orderBy('email')
    .limit(limit)
    .execute()
}

/** False when the account is not active (any more): a login that races its disabling. */
export async function updateLastLogin(db: Kysely<Database>, id: string, at: Date): Promise<boolean> {
  const updated = await db
    .updateTable('users')
    .set({ last_login: at })
    .where('id', '=', id)
    .where('is_active', '=', true)
    .returning('id')
    .executeTakeFirst()
  return updated !== undefined
}

/** Held until the transaction ends: whoever else asks waits, and then gets those who are active still. */
export function lockActiveAdministrators(db: Kysely<Database>): Promise<Pick<UserRow, 'id' | 'email'>[]> {
  return db
    .selectFrom('users')
    .select(['id', 'email'])
    .where('role', '=', 'admin')
    .where('is_active', '=', true)
    .orderBy('id') // one order for all, or two who lock at once may wait for each other
    .forUpdate()
    .execute()
}

/** @param who e-mail in lower case, or id in lower case */
export function updateUserActive(
  db: Kysely<Database>,
  who: { email: string } | { id: string },
  { active, at }: { active: boolean; at: Date },
): Promise<UserRow | undefined> {
  const update = db.updateTable('users').set({ is_active: active, updated_at: at })
  return ('id' in who ? update.where('id', '=', who.id) : update.where('email', '=', who.email))
    .returning(columns)
    .executeTakeFirst()
}
