import type { Clock } from '@voiceassist/kernel'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/schema.js'
import { findLiveAuthSession, touchAuthSession } from '../../repositories/auth-sessions.repository.js'
import type { TokenClaims } from './auth-tokens.js'
import type { LoginLimits } from './login-limits.js'
import type { Principal } from './token-verifier-port.js'

export interface LoginCheck {
  /** Who uses the login; undefined when it has ended or its account is not active. */
  check(claims: TokenClaims): Promise<Principal | undefined>
  /** To be awaited when a revocation is committed: checks that begin later know of it. */
  forget(revoked: Revoked): Promise<void>
}

export type Revoked = { readonly userId: string } | { readonly sessionId: string }

/** A used login is written down so many times in its idle time at most. */
const notesInIdleTime = 15

export const noteEveryMs = (idleMs: number): number => idleMs / notesInIdleTime

/** Asks the database, which every instance that revokes has told. */
export function createLoginCheck({
  db,
  clock,
  limits: { idleMs },
}: {
  readonly db: Kysely<Database>
  readonly clock: Clock
  readonly limits: LoginLimits
}): LoginCheck {
  return {
    async check({ userId, sessionId }) {
      const at = new Date(clock.now())
      const login = await findLiveAuthSession(db, { id: sessionId, userId, at, idleMs })
      if (!login) return undefined
      const unlessSince = new Date(at.getTime() - noteEveryMs(idleMs))
      if (login.last_used_at <= unlessSince) await touchAuthSession(db, sessionId, { at, unlessSince })
      return { userId, role: login.role, sessionId }
    },

    forget: async () => {}, // nothing is remembered
  }
}
