import { randomUUID } from 'node:crypto'
import type { Clock } from '@voiceassist/kernel'
import { jwtVerify, SignJWT } from 'jose'

/** What an access token says. The role is not in it: it is read anew at each request. */
export interface TokenClaims {
  readonly userId: string
  /** Of `auth_sessions`. */
  readonly sessionId: string
}

export interface AuthTokens {
  sign(claims: TokenClaims): Promise<string>
  /** Undefined unless the token is one of ours, for us, and not expired. */
  read(token: string): Promise<TokenClaims | undefined>
}

export const tokenLifetimeSeconds = 900
const issuer = 'voiceassist'
const audience = 'voiceassist-api'
const algorithm = 'HS256'
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function createAuthTokens({ secret, clock }: { secret: string; clock: Clock }): AuthTokens {
  const key = new TextEncoder().encode(secret)
  return {
    sign({ userId, sessionId }) {
      const issuedAt = Math.floor(clock.now() / 1000)
      return new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(userId)
        .setJti(randomUUID())
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + tokenLifetimeSeconds)
        .sign(key)
    },
    async read(token) {
      const verified = await jwtVerify(token, key, {
        algorithms: [algorithm],
        issuer,
        audience,
        requiredClaims: ['exp', 'jti'],
        currentDate: new Date(clock.now()),
      }).catch(() => undefined)
      const { sub, sid } = verified?.payload ?? {}
      return isUuid(sub) && isUuid(sid) ? { userId: sub, sessionId: sid } : undefined
    },
  }
}

function isUuid(value: unknown): value is string {
  return typeof value === 'string' && uuid.test(value)
}
