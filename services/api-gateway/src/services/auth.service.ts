import { randomBytes } from 'node:crypto'
import type { Clock } from '@voiceassist/kernel'
import type { Kysely } from 'kysely'
import { inTransaction } from '../db/held-transaction.js'
import type { Database } from '../db/schema.js'
import { GatewayError } from '../errors.js'
import { insertAuthSession } from '../repositories/auth-sessions.repository.js'
import { findUser, findUserWithPassword, updateLastLogin } from '../repositories/users.repository.js'
import { type AccountsService, createAccountsService, type User, userOf } from './auth-accounts.service.js'
import { createAuthTokens, tokenLifetimeSeconds } from './auth-tokens.js'
import { createPasswordHasher, type PasswordHasher } from './password-hasher.js'
import { createTokenVerifier } from './token-verifier.js'
import type { TokenVerifier } from './token-verifier-port.js'

export interface Login {
  readonly accessToken: string
  readonly expiresInSeconds: number
  readonly user: User
}

export interface AuthService extends AccountsService, TokenVerifier {
  /**
   * An unknown e-mail, a wrong password and a disabled account take the same time and fail in the same words.
   * @throws GatewayError INVALID_CREDENTIALS, or OVERLOADED when too many passwords are being checked.
   */
  login(email: string, password: string): Promise<Login>
  /** @throws GatewayError UNAUTHENTICATED when the account is gone. */
  me(userId: string): Promise<User>
}

export interface AuthServiceOptions {
  readonly db: Kysely<Database>
  readonly clock: Clock
  /** Signs access tokens; at least 32 characters. */
  readonly tokenSecret: string
  readonly hasher?: PasswordHasher
}

export function createAuthService(options: AuthServiceOptions): AuthService {
  const { db, clock, tokenSecret, hasher = createPasswordHasher() } = options
  const tokens = createAuthTokens({ secret: tokenSecret, clock })
  return {
    ...createAccountsService({ db, clock, hasher }),
    ...createTokenVerifier({ db, clock, tokens }),

    async login(email, password) {
      const found = await findUserWithPassword(db, email.trim().toLowerCase())
      const matches = await hasher.verify(found?.hashed_password, password)
      if (!found?.is_active || !matches) throw refused()
      const at = new Date(clock.now())
      const sessionId = await inTransaction(db, async transaction => {
        if (!(await updateLastLogin(transaction, found.id, at))) throw refused()
        return insertAuthSession(transaction, {
          user_id: found.id,
          refresh_hash: randomBytes(32),
          last_used_at: at,
          expires_at: new Date(at.getTime() + tokenLifetimeSeconds * 1000),
        })
      })
      return {
        accessToken: await tokens.sign({ userId: found.id, sessionId }),
        expiresInSeconds: tokenLifetimeSeconds,
        user: userOf({ ...found, last_login: at }),
      }
    },

    async me(userId) {
      const found = await findUser(db, userId)
      if (!found) throw new GatewayError('UNAUTHENTICATED', 'The account no longer exists')
      return userOf(found)
    },
  }
}

function refused(): GatewayError {
  return new GatewayError('INVALID_CREDENTIALS', 'E-mail and password do not match an active account')
}
