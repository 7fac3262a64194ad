import type { Clock } from '@voiceassist/kernel'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/schema.js'
import { type AccountsService, createAccountsService } from './auth-accounts.service.js'
import { createLoginsService, type LoginsService } from './auth-logins.service.js'
import type { AuthParts } from './auth-parts.js'
import { createRefreshService, type RefreshService } from './auth-refresh.service.js'
import { createRegistrationService, type RegistrationService } from './auth-registration.service.js'
import { createAuthTokens } from './auth-tokens.js'
import { createLoginCheck, type LoginCheck } from './login-check.js'
import { defaultLoginLimits, type LoginLimits } from './login-limits.js'
import { createLoginThrottle } from './login-throttle.js'
import { createPasswordHasher, type PasswordHasher } from './password-hasher.js'
import { createStreamTickets, type StreamTickets } from './stream-tickets.js'
import { TokenMemory } from './token-memory.js'
import type { TokenVerifier } from './token-verifier-port.js'

export interface AuthService
  extends LoginsService,
    RefreshService,
    RegistrationService,
    AccountsService,
    TokenVerifier {
  readonly tickets: StreamTickets
}

export interface AuthServiceOptions {
  readonly db: Kysely<Database>
  readonly clock: Clock
  /** Signs access tokens, and keys the counting of failures; at least 32 characters. */
  readonly tokenSecret: string
  readonly limits?: LoginLimits
  /** @default nobody makes an account of their own */
  readonly registrationIsOpen?: () => boolean
  readonly hasher?: PasswordHasher
  /** What tokens are checked against, if not the database itself. */
  readonly logins?: LoginCheck
}

export function createAuthService({
  db,
  clock,
  tokenSecret,
  limits = defaultLoginLimits,
  registrationIsOpen = () => false,
  hasher = createPasswordHasher(),
  logins = createLoginCheck({ db, clock, limits }),
}: AuthServiceOptions): AuthService {
  const tokens = createAuthTokens({ secret: tokenSecret, clock })
  const memory = new TokenMemory({ clock, tokens, logins })
  const throttle = createLoginThrottle({ db, clock, secret: tokenSecret })
  const parts: AuthParts = {
    db,
    clock,
    hasher,
    tokens,
    limits,
    throttle,
    async forget(revoked) {
      try {
        await logins.forget(revoked)
      } finally {
        memory.forget(revoked) // last: what was checked before is not remembered
      }
    },
  }
  return {
    ...createLoginsService(parts),
    ...createRefreshService(parts),
    ...createRegistrationService(parts, { registrationIsOpen }),
    ...createAccountsService(parts),
    verify: accessToken => memory.verify(accessToken),
    tickets: createStreamTickets({ db, clock, secret: tokenSecret, limits }),
  }
}
