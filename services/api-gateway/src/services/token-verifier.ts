import type { Clock } from '@voiceassist/kernel'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.js'
import { GatewayError } from '../errors.js'
import { findLiveAuthSession } from '../repositories/auth-sessions.repository.js'
import type { AuthTokens } from './auth-tokens.js'
import type { TokenVerifier } from './token-verifier-port.js'

export interface TokenVerifierOptions {
  readonly db: Kysely<Database>
  readonly clock: Clock
  readonly tokens: AuthTokens
}

/** Asks the database at every request, so that a revocation holds from the next one on. */
export function createTokenVerifier({ db, clock, tokens }: TokenVerifierOptions): TokenVerifier {
  return {
    async verify(accessToken) {
      const claims = await tokens.read(accessToken)
      const user =
        claims &&
        (await findLiveAuthSession(db, {
          id: claims.sessionId,
          userId: claims.userId,
          at: new Date(clock.now()),
        }))
      if (!user) throw new GatewayError('UNAUTHENTICATED', 'The access token is not valid, or no longer')
      return { userId: user.id, role: user.role, sessionId: claims.sessionId }
    },
  }
}
