import type { Clock } from '@voiceassist/kernel'
import { jwtVerify, SignJWT } from 'jose'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/schema.js'
import { GatewayError } from '../../errors.js'
import { findLiveAuthSession } from '../../repositories/auth-sessions.repository.js'
import type { LoginLimits } from './login-limits.js'
import type { Principal } from './token-verifier-port.js'

/** For event streams of a browser, which sends no headers for them: what stands in their URL instead of a token. */
export interface StreamTickets {
  /** Good for a quarter to half an hour, while its login lives. The same text for the same login within a quarter. */
  issue(principal: Principal): Promise<string>
  /** @throws GatewayError UNAUTHENTICATED unless the ticket is one of ours, not expired, and its login alive. */
  verify(ticket: string): Promise<Principal>
  /** Looks without counting as a use of the login: an open stream keeps nobody logged in. */
  isAlive(principal: Pick<Principal, 'userId' | 'sessionId'>): Promise<boolean>
}

const periodSeconds = 900
const issuer = 'voiceassist'
/** Access tokens are of another one: neither passes for the other. */
const audience = 'voiceassist-streams'
const algorithm = 'HS256'

export interface StreamTicketsOptions {
  readonly db: Kysely<Database>
  readonly clock: Clock
  readonly secret: string
  readonly limits: LoginLimits
}

export function createStreamTickets({ db, clock, secret, limits }: StreamTicketsOptions): StreamTickets {
  const key = new TextEncoder().encode(secret)
  const findLive = ({ userId, sessionId }: Pick<Principal, 'userId' | 'sessionId'>) =>
    findLiveAuthSession(db, {
      id: sessionId,
      userId,
      at: new Date(clock.now()),
      idleMs: limits.idleMs,
    })
  return {
    issue: ({ userId, sessionId }) =>
      new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(userId)
        .setExpirationTime((Math.floor(clock.now() / 1000 / periodSeconds) + 2) * periodSeconds)
        .sign(key),

    async verify(ticket) {
      const verified = await jwtVerify<{ sid: string }>(ticket, key, {
        algorithms: [algorithm],
        issuer,
        audience,
        requiredClaims: ['exp', 'sub', 'sid'],
        currentDate: new Date(clock.now()),
      }).catch(() => undefined)
      if (verified) {
        const { sub: userId = '', sid: sessionId } = verified.payload
        const login = await findLive({ userId, sessionId })
        if (login) return { userId, sessionId, role: login.role }
      }
      throw new GatewayError('UNAUTHENTICATED', 'The ticket is not valid, or no longer')
    },

    isAlive: async principal => (await findLive(principal)) !== undefined,
  }
}
