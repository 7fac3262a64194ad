import { randomBytes } from 'node:crypto'
import type { Kysely, Transaction } from 'kysely'
import type { Actor } from '../../audit/actor.js'
import type { AuditAction, AuditEntry } from '../../audit/audit-actions.js'
import { inTransaction } from '../../db/held-transaction.js'
import type { Database, Role } from '../../db/schema.js'
import { GatewayError } from '../../errors.js'
import { recordAudit } from '../../repositories/audit-logs.repository.js'
import { decodeTextCursor, encodeTextCursor } from '../../repositories/text-cursor.js'
import {
  deleteUser,
  endLoginsOf,
  findUser,
  findUserId,
  insertUser,
  listUsers,
  lockActiveAdministrators,
  lockUser,
  type UserChange as UserColumns,
  type UserRow,
  updateUser,
} from '../../repositories/users.repository.js'
import { checkedEmail, checkedFullName, checkPassword, normalEmail } from './account-rules.js'
import type { AuthParts } from './auth-parts.js'
import { type User, userOf } from './user.js'

export interface NewUser {
  readonly email: string
  readonly fullName?: string | undefined
  /** 8 to 128 characters; see `checkPassword`. */
  readonly password: string
  readonly role: Role
}

export interface UserChange {
  readonly fullName?: string | undefined
  readonly role?: Role | undefined
  readonly active?: boolean | undefined
}

export interface UserPage {
  readonly items: readonly User[]
  readonly nextCursor: string | null
}

/** `who` is an e-mail or an id. What refuses a change is audited like the change. */
export interface AccountsService {
  /** @throws GatewayError VALIDATION_FAILED that names the field, or EMAIL_TAKEN. */
  createUser(actor: Actor, user: NewUser): Promise<User>
  /** In the order of their e-mails; `limit` 1 to 1000, 200 by default. @throws GatewayError VALIDATION_FAILED for a cursor that is none. */
  listUsers(page?: { readonly limit?: number; readonly cursor?: string | undefined }): Promise<UserPage>
  /** @throws GatewayError NOT_FOUND. */
  readUser(who: string): Promise<User>
  /**
   * Another role, and disabling, end the account's logins.
   * @throws GatewayError NOT_FOUND, VALIDATION_FAILED, or LAST_ADMINISTRATOR: none that is active would be left
   */
  updateUser(actor: Actor, who: string, change: UserChange): Promise<User>
  /** Ends the account's logins. @throws GatewayError NOT_FOUND or VALIDATION_FAILED. */
  resetPassword(actor: Actor, who: string, newPassword: string): Promise<User>
  /** @throws GatewayError NOT_FOUND. */
  endLogins(actor: Actor, who: string): Promise<User>
  /** With its sessions and messages; its audit rows stay. @throws GatewayError NOT_FOUND or LAST_ADMINISTRATOR. */
  deleteUser(actor: Actor, who: string): Promise<User>
}

const pseudonymBytes = 4
const cursorScope = 'users'

export function createAccountsService({ db, clock, hasher, forget }: AuthParts): AccountsService {
  /** Changes an account whose row is held, ends its logins where `work` says so, and audits it. */
  async function change(
    actor: Actor,
    who: string,
    { action, losesAdministrator = false }: { action: AuditAction; losesAdministrator?: boolean },
    work: (transaction: Transaction<Database>, user: UserRow) => Promise<Changed>,
  ): Promise<User> {
    const outcome = await inTransaction(db, async transaction => {
      const refuse = async (error: GatewayError, id?: string) => {
        const resource = id === undefined ? {} : { resource: { type: 'user', id } as const }
        await recordAudit(transaction, actor, { action, ...resource, error: error.code })
        return error
      }
      // Before the account itself, so that all who lock administrators do it in one order.
      const administrators = losesAdministrator ? await lockActiveAdministrators(transaction) : []
      const id = await idOf(transaction, who)
      const user = id && (await lockUser(transaction, id))
      if (!user) return refuse(noSuchAccount(), id)
      if (administrators.length === 1 && administrators[0]?.id === user.id)
        return refuse(lastAdministrator(), user.id)
      const changed = await work(transaction, user)
      const { endsLogins, details = {} } = changed
      if (endsLogins) await endLoginsOf(transaction, user.id)
      await recordAudit(transaction, actor, { action, resource: { type: 'user', id: user.id }, details })
      return changed
    })
    if (outcome instanceof GatewayError) throw outcome
    if (outcome.endsLogins) await forget({ userId: outcome.row.id })
    return userOf(outcome.row)
  }

  async function readUser(who: string): Promise<User> {
    const id = await idOf(db, who)
    const row = id === undefined ? undefined : await findUser(db, id)
    if (!row) throw noSuchAccount()
    return userOf(row)
  }

  return {
    async createUser(actor, user) {
      const { role } = user
      const fields = { email: checkedEmail(user.email), full_name: checkedFullName(user.fullName) }
      checkPassword(user.password, fields.email, 'password')
      const hashed_password = await hasher.hash(user.password)
      const created = await inTransaction(db, async transaction => {
        const row = await insertUser(transaction, { ...fields, role, hashed_password })
        await recordAudit(transaction, actor, {
          action: 'user.create',
          ...(row ? { resource: { type: 'user', id: row.id } } : { error: 'EMAIL_TAKEN' }),
          details: { role },
        })
        return row
      })
      if (!created)
        throw new GatewayError('EMAIL_TAKEN', 'An account with this e-mail exists', { field: 'email' })
      return userOf(created)
    },

    async listUsers({ limit = 200, cursor } = {}) {
      const afterEmail = cursor === undefined ? '' : decodeTextCursor(cursor, cursorScope)
      const rows = await listUsers(db, { limit: limit + 1, afterEmail })
      const page = rows.slice(0, limit)
      const last = rows.length > limit ? page.at(-1) : undefined
      return {
        items: page.map(userOf),
        nextCursor: last ? encodeTextCursor(last.email, cursorScope) : null,
      }
    },

    readUser,

    async updateUser(actor, who, { fullName, role, active }) {
      const columns: UserColumns = {
        updated_at: new Date(clock.now()),
        ...(fullName === undefined ? {} : { full_name: checkedFullName(fullName) }),
        ...(role === undefined ? {} : { role }),
        ...(active === undefined ? {} : { is_active: active }),
      }
      const details = {
        ...(fullName === undefined ? {} : { fullName: true }), // that it changed, not what it is
        ...(role === undefined ? {} : { role }),
        ...(active === undefined ? {} : { active }),
      }
      const losesAdministrator = active === false || (role !== undefined && role !== 'admin')
      return change(actor, who, { action: 'user.update', losesAdministrator }, async (transaction, user) => ({
        row: await updateUser(transaction, user.id, columns),
        endsLogins: active === false || (role !== undefined && role !== user.role),
        details,
      }))
    },

    async resetPassword(actor, who, newPassword) {
      checkPassword(newPassword, (await readUser(who)).email, 'newPassword')
      const hashed_password = await hasher.hash(newPassword)
      const at = new Date(clock.now())
      const columns = { hashed_password, password_changed_at: at, updated_at: at }
      return change(actor, who, { action: 'user.password_reset' }, async (transaction, { id }) => ({
        row: await updateUser(transaction, id, columns),
        endsLogins: true,
      }))
    },

    endLogins: (actor, who) =>
      change(actor, who, { action: 'user.sessions_revoke' }, async (_transaction, row) => ({
        row,
        endsLogins: true,
      })),

    deleteUser: (actor, who) =>
      change(actor, who, { action: 'user.delete', losesAdministrator: true }, async (transaction, row) => {
        await deleteUser(transaction, row.id, newPseudonym)
        return { row, endsLogins: true }
      }),
  }
}

interface Changed {
  readonly row: UserRow
  readonly endsLogins: boolean
  readonly details?: NonNullable<AuditEntry['details']>
}

function newPseudonym(): string {
  return `deleted-${randomBytes(pseudonymBytes).toString('hex')}`
}

async function idOf(db: Kysely<Database>, who: string): Promise<string | undefined> {
  if (who.includes('@')) return findUserId(db, normalEmail(who))
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(who) ? who.toLowerCase() : undefined
}

function lastAdministrator(): GatewayError {
  return new GatewayError('LAST_ADMINISTRATOR', 'This is the last active administrator', {
    remedy: 'Make another administrator first',
  })
}

function noSuchAccount(): GatewayError {
  return new GatewayError('NOT_FOUND', 'There is no account with this e-mail or id')
}
