import type { Clock } from '@voiceassist/kernel'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.js'
import { findLoginState, type LoginState } from '../repositories/auth-sessions.repository.js'
import { findAccess, type UserAccess } from '../repositories/users.repository.js'
import { type LoginCheck, noteEveryMs } from '../services/accounts/login-check.js'
import type { LoginLimits } from '../services/accounts/login-limits.js'
import { cacheKeys } from './cache-keys.js'
import type { GatewayCache } from './gateway-cache.js'

export interface CachedLoginCheckOptions {
  readonly gateway: GatewayCache
  readonly db: Kysely<Database>
  readonly clock: Clock
  readonly limits: LoginLimits
  /** Asks the database. */
  readonly stored: LoginCheck
}

/**
 * Lets in by what the second tier has of a login and its account; never refuses by it: a refusal is the database's, which
 * also notes the use. The tier is asked only while it misses no change that is older than a second
 * (docs/decisions/0027-cached-authorisation.md).
 */
export function cachedLoginCheck(options: CachedLoginCheckOptions): LoginCheck {
  const { gateway, db, clock, limits, stored } = options
  const { cache } = gateway
  return {
    async check(claims) {
      if (!gateway.isCurrent()) return stored.check(claims)
      const { userId, sessionId } = claims
      const atMs = clock.now()
      const [user, login] = await Promise.all([
        cache.getOrSet(cacheKeys.user(userId), () => findAccess(db, userId)),
        cache.getOrSet(cacheKeys.login(sessionId), () => findLoginState(db, sessionId)),
      ])
      const alive = user?.is_active && login?.user_id === userId && isAlive(login, user, atMs, limits)
      return alive ? { userId, role: user.role, sessionId } : stored.check(claims)
    },

    async forget(revoked) {
      await stored.forget(revoked)
      await cache.delete(
        'userId' in revoked ? cacheKeys.user(revoked.userId) : cacheKeys.login(revoked.sessionId),
      )
    },
  }
}

/** And its last use is noted. The two times of the database are texts of one length, exact to the microsecond. */
function isAlive(login: LoginState, user: UserAccess, atMs: number, { idleMs }: LoginLimits): boolean {
  return (
    login.revoked_at === null &&
    login.expires_at.getTime() > atMs &&
    login.last_used_at.getTime() > atMs - noteEveryMs(idleMs) &&
    login.exact_created_at >= user.exact_not_before
  )
}
