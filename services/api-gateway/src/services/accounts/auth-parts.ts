import type { Clock } from '@voiceassist/kernel'
import type { Kysely } from 'kysely'
import type { Actor, UserActor } from '../../audit/actor.js'
import type { Database, Role } from '../../db/schema.js'
import type { AuthTokens } from './auth-tokens.js'
import type { Revoked } from './login-check.js'
import type { LoginLimits } from './login-limits.js'
import type { LoginThrottle } from './login-throttle.js'
import type { PasswordHasher } from './password-hasher.js'

/** What the parts of the auth service share. */
export interface AuthParts {
  readonly db: Kysely<Database>
  readonly clock: Clock
  readonly hasher: PasswordHasher
  readonly tokens: AuthTokens
  readonly limits: LoginLimits
  readonly throttle: LoginThrottle
  /** Whatever revokes awaits it, once that is committed: no later request is let in. */
  readonly forget: (revoked: Revoked) => Promise<void>
}

/** The actor, now that it is known who it is. */
export function actorAs(actor: Actor, user: { readonly id: string; readonly role: Role }): UserActor {
  return { ...actor, userId: user.id, role: user.role }
}
