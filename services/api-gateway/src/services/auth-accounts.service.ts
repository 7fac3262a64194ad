import type { Clock } from '@voiceassist/kernel'
import type { Kysely } from 'kysely'
import type { Actor } from '../audit/actor.js'
import { inTransaction } from '../db/held-transaction.js'
import type { Database, Role } from '../db/schema.js'
import { GatewayError } from '../errors.js'
import { recordAudit } from '../repositories/audit-logs.repository.js'
import { revokeAuthSessionsOf } from '../repositories/auth-sessions.repository.js'
import {
  insertUser,
  listUsers,
  lockActiveAdministrators,
  type UserRow,
  updateUserActive,
} from '../repositories/users.repository.js'
import type { PasswordHasher } from './password-hasher.js'

export interface User {
  readonly id: string
  readonly email: string
  readonly fullName: string
  readonly role: Role
  readonly active: boolean
  readonly createdAt: Date
  readonly lastLogin: Date | null
}

export interface NewUser {
  readonly email: string
  readonly fullName?: string
  /** 8 to 128 characters. */
  readonly password: string
  readonly role: Role
}

export interface AccountsService {
  /** @throws GatewayError VALIDATION_FAILED that names the field, or EMAIL_TAKEN. */
  createUser(actor: Actor, user: NewUser): Promise<User>
  /** In the order of their e-mails: `limit` (1 to 1000, default 200) of those behind `afterEmail`. */
  listUsers(page?: { readonly limit?: number; readonly afterEmail?: string }): Promise<User[]>
  /**
   * Enables or disables an account. Disabling ends its logins: the next request with one of their tokens is refused.
   * @param who e-mail or id
   * @throws GatewayError NOT_FOUND, or LAST_ADMINISTRATOR: disabling would leave none active
   */
  setUserActive(actor: Actor, who: string, active: boolean): Promise<User>
}

const passwordLength = { min: 8, max: 128 } as const
const maxColumnLength = 255
const email = /^[^\s@\p{Cc}\p{Cs}]+@[^\s@\p{Cc}\p{Cs}]+$/u
const notStorable = /[\p{Cc}\p{Cs}]/u

export function createAccountsService(options: {
  readonly db: Kysely<Database>
  readonly clock: Clock
  readonly hasher: PasswordHasher
}): AccountsService {
  const { db, clock, hasher } = options
  return {
    async createUser(actor, user) {
      const fields = checked(user)
      const hashed_password = await hasher.hash(user.password)
      const { role } = user
      const created = await inTransaction(db, async transaction => {
        const row = await insertUser(transaction, { ...fields, role, hashed_password })
        if (row)
          await recordAudit(transaction, actor, {
            action: 'user.create',
            resource: { type: 'user', id: row.id },
            details: { role },
          })
        return row
      })
      if (!created)
        throw new GatewayError('EMAIL_TAKEN', 'An account with this e-mail exists', { field: 'email' })
      return userOf(created)
    },

    async listUsers({ limit = 200, afterEmail } = {}) {
      const rows = await listUsers(db, { limit, ...(afterEmail === undefined ? {} : { afterEmail }) })
      return rows.map(userOf)
    },

    async setUserActive(actor, who, active) {
      const at = new Date(clock.now())
      const key = who.includes('@') ? { email: who.trim().toLowerCase() } : { id: uuidOf(who) }
      const updated = await inTransaction(db, async transaction => {
        if (!active) await keepAdministrator(transaction, key)
        const row = await updateUserActive(transaction, key, { active, at })
        if (row && !active) await revokeAuthSessionsOf(transaction, row.id, at)
        if (row)
          await recordAudit(transaction, actor, {
            action: 'user.update',
            resource: { type: 'user', id: row.id },
            details: { active },
          })
        return row
      })
      if (!updated) throw noSuchAccount()
      return userOf(updated)
    },
  }
}

export function userOf(row: UserRow): User {
  return {
    id: row.id,
    email: row.email,
    fullName: row.full_name,
    role: row.role,
    active: row.is_active,
    createdAt: row.created_at,
    lastLogin: row.last_login,
  }
}

function checked(user: NewUser): { email: string; full_name: string } {
  const address = user.email.trim().toLowerCase()
  const fullName = user.fullName?.trim() ?? ''
  const length = [...user.password].length
  if (!email.test(address) || address.length > maxColumnLength)
    throw invalid('email', `must be an e-mail address of at most ${maxColumnLength} characters`)
  if (fullName.length > maxColumnLength || notStorable.test(fullName))
    throw invalid(
      'fullName',
      `must have at most ${maxColumnLength} characters, none of them a control character`,
    )
  if (length < passwordLength.min || length > passwordLength.max)
    throw invalid('password', `must have ${passwordLength.min} to ${passwordLength.max} characters`)
  return { email: address, full_name: fullName }
}

function invalid(field: string, rule: string): GatewayError {
  return new GatewayError('VALIDATION_FAILED', `${field} ${rule}`, { field })
}

function uuidOf(text: string): string {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) throw noSuchAccount()
  return text.toLowerCase()
}

async function keepAdministrator(
  transaction: Kysely<Database>,
  who: { email: string } | { id: string },
): Promise<void> {
  const [administrator, ...others] = await lockActiveAdministrators(transaction)
  if (!administrator || others.length > 0) return
  if ('id' in who ? administrator.id === who.id : administrator.email === who.email)
    throw new GatewayError('LAST_ADMINISTRATOR', 'This is the last active administrator', {
      remedy: 'Make another administrator first',
    })
}

function noSuchAccount(): GatewayError {
  return new GatewayError('NOT_FOUND', 'There is no account with this e-mail or id')
}
