import { createHmac, randomBytes } from 'node:crypto'
import type { Clock } from '@voiceassist/kernel'
import { GatewayError } from '../../errors.js'
import type { AuthTokens } from './auth-tokens.js'
import type { LoginCheck, Revoked } from './login-check.js'
import type { Principal, TokenVerifier } from './token-verifier-port.js'

/**
 * How long what a check found may be relied on; counted from before the check asked. It adds to the time that a
 * revocation takes to reach what is checked against.
 */
const holdsMs = 100
const maxRemembered = 10_000

interface Remembered {
  readonly principal: Principal
  readonly expiresAtMs: number
  /** Monotonic, of before the check asked. */
  readonly checkedAtMs: number
}

interface CheckUnderWay {
  readonly startedAtMs: number
  readonly outcome: Promise<Principal>
}

export interface TokenMemoryOptions {
  readonly clock: Clock
  readonly tokens: AuthTokens
  readonly logins: Pick<LoginCheck, 'check'>
}

/**
 * Verifies access tokens and remembers them for a tenth of a second, so that a request among many costs a hash, and not
 * a signature and a look at the login. What this instance revokes holds when `forget` returns.
 */
export class TokenMemory implements TokenVerifier {
  readonly #options: TokenMemoryOptions
  /** Tokens are remembered by their HMAC: a dump of this memory is no collection of them. */
  readonly #key = randomBytes(32)
  /** Those whose check is the longest ago come first. */
  readonly #remembered = new Map<string, Remembered>()
  readonly #underWay = new Map<string, CheckUnderWay>()
  #revocations = 0

  constructor(options: TokenMemoryOptions) {
    this.#options = options
  }

  /** How many are remembered; expired ones count until they make room. */
  get size(): number {
    return this.#remembered.size
  }

  async verify(accessToken: string): Promise<Principal> {
    const { clock } = this.#options
    const key = createHmac('sha256', this.#key).update(accessToken).digest('base64')
    const nowMs = clock.monotonic()
    const known = this.#remembered.get(key)
    if (known && nowMs - known.checkedAtMs < holdsMs && clock.now() < known.expiresAtMs)
      return known.principal
    const joined = this.#underWay.get(key)
    // An older check may have looked before a revocation that has had its time.
    if (joined && nowMs - joined.startedAtMs < holdsMs) return joined.outcome
    const check = { startedAtMs: nowMs, outcome: this.#check(accessToken, key, nowMs) }
    this.#underWay.set(key, check)
    return check.outcome.finally(() => {
      if (this.#underWay.get(key) === check) this.#underWay.delete(key)
    })
  }

  /**
   * To be called when a revocation is committed. Checks that began before it answer those who asked before it, and
   * nobody else: nobody joins them, and what they found is not remembered.
   */
  forget(revoked: Revoked): void {
    this.#revocations += 1
    this.#underWay.clear()
    for (const [key, { principal }] of this.#remembered) {
      const isRevoked =
        'userId' in revoked ? principal.userId === revoked.userId : principal.sessionId === revoked.sessionId
      if (isRevoked) this.#remembered.delete(key)
    }
  }

  async #check(accessToken: string, key: string, checkedAtMs: number): Promise<Principal> {
    const revocations = this.#revocations
    const claims = await this.#options.tokens.read(accessToken)
    const principal = claims && (await this.#options.logins.check(claims))
    if (!principal) {
      this.#remembered.delete(key)
      throw new GatewayError('UNAUTHENTICATED', 'The access token is not valid, or no longer')
    }
    if (revocations === this.#revocations)
      this.#remember(key, { principal, expiresAtMs: claims.expiresAtMs, checkedAtMs })
    return principal
  }

  #remember(key: string, entry: Remembered): void {
    this.#remembered.delete(key)
    this.#remembered.set(key, entry)
    if (this.#remembered.size > maxRemembered) {
      const [oldest] = this.#remembered.keys()
      this.#remembered.delete(oldest!)
    }
  }
}
