import type { Kysely, Transaction } from 'kysely'
import type { Actor } from '../../audit/actor.js'
import { inTransaction } from '../../db/held-transaction.js'
import type { Database } from '../../db/schema.js'
import { GatewayError, type GatewayErrorCode } from '../../errors.js'
import { recordAudit } from '../../repositories/audit-logs.repository.js'
import {
  findUserId,
  findUserWithPassword,
  lockUser,
  type UserRow,
} from '../../repositories/users.repository.js'
import type { AuthParts } from './auth-parts.js'

type UserWithPassword = UserRow & { readonly hashed_password: string }

export interface PasswordProof<T> {
  readonly actor: Actor
  readonly action: 'auth.login' | 'auth.password_change'
  /** As it is stored. */
  readonly email: string
  readonly password: string
  /** What every wrong password, unknown e-mail and disabled account is answered with. */
  readonly refusal: GatewayError
  /** A hash to be stored, made before the transaction begins. */
  readonly newHash: (user: UserWithPassword) => Promise<string | undefined>
  /** In a transaction that holds the user's row, whose password is still the one that was proven. */
  readonly proceed: (
    transaction: Transaction<Database>,
    user: UserRow,
    newHash: string | undefined,
  ) => Promise<T>
}

/**
 * Checks a password within the limits on guesses; every failure is audited.
 * @throws GatewayError `refusal`, TOO_MANY_ATTEMPTS, OVERLOADED, or what `proceed` throws
 */
export async function provePassword<T>(parts: AuthParts, proof: PasswordProof<T>): Promise<T> {
  const { db, hasher, throttle } = parts
  const { actor, email } = proof
  const account = throttle.account(email)
  const attempt = await throttle
    .begin([account, ...throttle.address(actor.ipAddress)])
    .catch(async (error: unknown) => {
      if (error instanceof GatewayError && error.code === 'TOO_MANY_ATTEMPTS')
        await auditFailure(db, error.code, await findUserId(db, email))
      throw error
    })
  let done: { readonly result: T } | undefined
  try {
    const found = await findUserWithPassword(db, email)
    const matches = await hasher.verify(found?.hashed_password, proof.password)
    const proven = matches && found?.is_active ? found : undefined
    const newHash = proven && (await proof.newHash(proven))
    done = await inTransaction(db, async transaction => {
      const user = proven && (await lockUser(transaction, proven.id))
      if (!user?.is_active || user.hashed_password !== proven?.hashed_password) {
        await auditFailure(transaction, proof.refusal.code, found?.id)
        return undefined
      }
      await attempt.succeed(transaction)
      return { result: await proof.proceed(transaction, user, newHash) }
    })
  } catch (error) {
    await inTransaction(db, attempt.takeBack).catch(() => {}) // the error above says more
    throw error
  }
  if (!done) throw proof.refusal
  return done.result

  /** An account that is none is named by what its failures are counted by. */
  async function auditFailure(on: Kysely<Database>, error: GatewayErrorCode, userId: string | undefined) {
    await recordAudit(
      on,
      { ...actor, userId: userId ?? actor.userId },
      {
        action: proof.action,
        error,
        ...(userId === undefined ? { details: { account: account.key.toString('hex', 0, 8) } } : {}),
      },
    )
  }
}
