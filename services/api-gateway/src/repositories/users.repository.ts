import { type Kysely, sql } from 'kysely'
import type { Database, Role } from '../db/schema.js'
import { exactTime } from './keyset-cursor.js'

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

/** What decides whether an account may come in, and as what. */
export interface UserAccess {
  readonly role: Role
  readonly is_active: boolean
  readonly exact_not_before: string
}

export function findAccess(db: Kysely<Database>, id: string): Promise<UserAccess | undefined> {
  return db
    .selectFrom('users')
    .select(['role', 'is_active', exactTime('not_before').as('exact_not_before')])
    .where('id', '=', id)
    .limit(1)
    .executeTakeFirst()
}

/** @param email in lower case */
export async function findUserId(db: Kysely<Database>, email: string): Promise<string | undefined> {
  const found = await db
    .selectFrom('users')
    .select('id')
    .where('email', '=', email)
    .limit(1)
    .executeTakeFirst()
  return found?.id
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
  { limit, afterEmail }: { limit: number; afterEmail: string },
): Promise<UserRow[]> {
  return db
    .selectFrom('users')
    .select(columns)
    .where('email', '>', afterEmail)
    .orderBy('email')
    .limit(limit)
    .execute()
}

/** Held until the transaction ends; what only refers to the user need not wait. */
export function lockUser(
  transaction: Kysely<Database>,
  id: string,
): Promise<(UserRow & { hashed_password: string }) | undefined> {
  return transaction
    .selectFrom('users')
    .select([...columns, 'hashed_password'])
    .where('id', '=', id)
    .limit(1)
    .forNoKeyUpdate()
    .executeTakeFirst()
}

/** Held until the transaction ends: whoever else asks waits, and then gets those who are active still. */
export function lockActiveAdministrators(transaction: Kysely<Database>): Promise<{ id: string }[]> {
  return transaction
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'admin')
    .where('is_active', '=', true)
    .orderBy('id') // one order for all, or two who lock at once may wait for each other
    .forNoKeyUpdate()
    .execute()
}

export interface UserChange {
  readonly full_name?: string
  readonly role?: Role
  readonly is_active?: boolean
  readonly hashed_password?: string
  readonly password_changed_at?: Date
  readonly last_login?: Date
  readonly updated_at?: Date
}

/** Of a user whose row the transaction holds. */
export function updateUser(transaction: Kysely<Database>, id: string, change: UserChange): Promise<UserRow> {
  return transaction
    .updateTable('users')
    .set(change)
    .where('id', '=', id)
    .returning(columns)
    .executeTakeFirstOrThrow()
}

/**
 * Ends every login there is of a user: behind this time, on the database's clock, lie only later ones. The caller holds
 * the user's row, so that no login begins meanwhile.
 */
export async function endLoginsOf(transaction: Kysely<Database>, id: string): Promise<void> {
  await transaction
    .updateTable('users')
    .set(({ selectFrom }) => ({
      not_before: sql<Date>`greatest(clock_timestamp(), not_before, ${selectFrom('auth_sessions')
        .select(({ fn }) => fn.max('created_at').as('newest'))
        .where('user_id', '=', id)} + interval '1 microsecond')`,
    }))
    .where('id', '=', id)
    .execute()
}

/** Leaves a pseudonym in the user's place; sessions and messages go with the user. */
export async function deleteUser(
  transaction: Kysely<Database>,
  id: string,
  newPseudonym: () => string,
): Promise<void> {
  const insert = () =>
    transaction
      .insertInto('deleted_users')
      .values({ user_id: id, pseudonym: newPseudonym() })
      .onConflict(conflict => conflict.column('pseudonym').doNothing())
      .returning('user_id')
      .executeTakeFirst()
  let inserted = await insert()
  while (!inserted) inserted = await insert() // the pseudonym was another's already
  await transaction.deleteFrom('users').where('id', '=', id).execute()
}
