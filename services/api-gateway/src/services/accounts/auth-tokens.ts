import { randomUUID } from 'node:crypto'
import type { Clock } from '@voiceassist/kernel'
import { jwtVerify, SignJWT } from 'jose'

/** What an access token says. The role is not in it: it is read anew at each request. */
export interface TokenClaims {
  readonly userId: string
  /** Of `auth_sessions`. */
  readonly sessionId: string
}

export interface AccessToken {
  readonly text: string
  /** Until it expires. */
  readonly seconds: number
}

export interface AuthTokens {
  /** Good for a quarter of an hour, and never beyond the end of its login. */
  sign(claims: TokenClaims, loginEndsAt: Date): Promise<AccessToken>
  /** Undefined unless the token is one of ours, for us, and not expired. */
  read(token: string): Promise<(TokenClaims & { readonly expiresAtMs: number }) | undefined>
}

const longestSeconds = 900
const issuer = 'voiceassist'
const audience = 'voiceassist-api'
const algorithm = 'HS256'
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function createAuthTokens({ secret, clock }: { secret: string; clock: Clock }): AuthTokens {
  const key = new TextEncoder().encode(secret)
  return {
    async sign({ userId, sessionId }, loginEndsAt) {
      const issuedAt = Math.floor(clock.now() / 1000)
      const left = Math.floor(loginEndsAt.getTime() / 1000) - issuedAt
      const seconds = Math.max(0, Math.min(longestSeconds, left))
      const text = await new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(userId)
        .setJti(randomUUID())
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + seconds)
        .sign(key)
      return { text, seconds }
    },
    async read(token) {
      const verified = await jwtVerify(token, key, {
        algorithms: [algorithm],
        issuer,
        audience,
        requiredClaims: ['exp', 'jti'],
        currentDate: new Date(clock.now()),
      }).catch(() => undefined)
      const { sub, sid, exp = 0 } = verified?.payload ?? {}
      return isUuid(sub) && isUuid(sid) ? { userId: sub, sessionId: sid, expiresAtMs: exp * 1000 } : undefined
    },
  }
}

function isUuid(value: unknown): value is string {
  return typeof value === 'string' && uuid.test(value)
}
