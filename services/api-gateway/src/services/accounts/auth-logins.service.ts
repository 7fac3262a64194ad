import type { Actor, UserActor } from '../../audit/actor.js'
import { inTransaction } from '../../db/held-transaction.js'
import type { Role } from '../../db/schema.js'
import { GatewayError } from '../../errors.js'
import { recordAudit } from '../../repositories/audit-logs.repository.js'
import { findLiveAuthSession, revokeAuthSession } from '../../repositories/auth-sessions.repository.js'
import { endLoginsOf, findUser, updateUser } from '../../repositories/users.repository.js'
import { checkPassword, normalEmail } from './account-rules.js'
import { type AuthParts, actorAs } from './auth-parts.js'
import { beginLogin, type Login, signLogin } from './begin-login.js'
import { provePassword } from './prove-password.js'
import { type User, userOf } from './user.js'

export interface LoginsService {
  /**
   * An unknown e-mail, a wrong password and a disabled account take the same time and fail in the same words.
   * @param only the role that may; every other is refused, once its password is proven
   * @throws GatewayError INVALID_CREDENTIALS, TOO_MANY_ATTEMPTS, FORBIDDEN, or OVERLOADED when too many passwords are being checked
   */
  login(actor: Actor, email: string, password: string, only?: Role): Promise<Login>
  /** Ends one login: the next request with a token of it is refused. */
  logout(actor: UserActor, sessionId: string): Promise<void>
  /** @throws GatewayError UNAUTHENTICATED when the account is gone. */
  me(userId: string): Promise<User>
  /**
   * Ends every login of the account and begins one with the new password.
   * @param sessionId the login that asks
   * @throws GatewayError VALIDATION_FAILED, INVALID_CREDENTIALS for a wrong current password, TOO_MANY_ATTEMPTS,
   * OVERLOADED, or UNAUTHENTICATED when the login has ended meanwhile
   */
  changePassword(actor: UserActor, sessionId: string, passwords: PasswordChange): Promise<Login>
}

export interface PasswordChange {
  readonly currentPassword: string
  readonly newPassword: string
}

export function createLoginsService(parts: AuthParts): LoginsService {
  const { db, clock, hasher, limits, forget } = parts

  async function knownUser(userId: string): Promise<User> {
    const found = await findUser(db, userId)
    if (!found) throw new GatewayError('UNAUTHENTICATED', 'The account no longer exists')
    return userOf(found)
  }

  return {
    async login(actor, email, password, only) {
      const proven = await provePassword(parts, {
        actor,
        action: 'auth.login',
        email: normalEmail(email),
        password,
        refusal: new GatewayError(
          'INVALID_CREDENTIALS',
          'E-mail and password do not match an active account',
        ),
        newHash: async ({ hashed_password }) =>
          hasher.needsRehash(hashed_password) ? hasher.hash(password) : undefined,
        async proceed(transaction, { id, role }, newHash) {
          if (only !== undefined && role !== only) {
            await recordAudit(transaction, actorAs(actor, { id, role }), {
              action: 'auth.login',
              error: 'FORBIDDEN',
            })
            return undefined
          }
          const row = await updateUser(transaction, id, {
            last_login: new Date(clock.now()),
            ...(newHash === undefined ? {} : { hashed_password: newHash }),
          })
          const stored = await beginLogin(parts, transaction, id)
          await recordAudit(transaction, actorAs(actor, { id, role }), {
            action: 'auth.login',
            details: { login: stored.sessionId },
          })
          return { stored, user: userOf(row) }
        },
      })
      if (!proven) throw new GatewayError('FORBIDDEN', `This needs the role ${only}`)
      return signLogin(parts, proven.stored, proven.user)
    },

    async logout(actor, sessionId) {
      try {
        await inTransaction(db, async transaction => {
          await revokeAuthSession(transaction, sessionId, new Date(clock.now()))
          await recordAudit(transaction, actor, { action: 'auth.logout', details: { login: sessionId } })
        })
      } finally {
        await forget({ sessionId })
      }
    },

    me: knownUser,

    async changePassword(actor, sessionId, { currentPassword, newPassword }) {
      const { userId } = actor
      const { email } = await knownUser(userId)
      checkPassword(newPassword, email, 'newPassword')
      const refusal = new GatewayError('INVALID_CREDENTIALS', 'The current password is another one', {
        field: 'currentPassword',
      })
      try {
        const { stored, user } = await provePassword(parts, {
          actor,
          action: 'auth.password_change',
          email,
          password: currentPassword,
          refusal,
          newHash: () => hasher.hash(newPassword),
          async proceed(transaction, { id }, newHash) {
            const at = new Date(clock.now())
            const alive = { id: sessionId, userId, at, idleMs: limits.idleMs }
            if (!(await findLiveAuthSession(transaction, alive)))
              throw new GatewayError('UNAUTHENTICATED', 'The login has ended')
            const row = await updateUser(transaction, id, {
              hashed_password: newHash!,
              password_changed_at: at,
              last_login: at,
              updated_at: at,
            })
            await endLoginsOf(transaction, id)
            const stored = await beginLogin(parts, transaction, id)
            await recordAudit(transaction, actor, {
              action: 'auth.password_change',
              resource: { type: 'user', id },
              details: { login: stored.sessionId },
            })
            return { stored, user: userOf(row) }
          },
        })
        return await signLogin(parts, stored, user)
      } finally {
        await forget({ userId })
      }
    },
  }
}
