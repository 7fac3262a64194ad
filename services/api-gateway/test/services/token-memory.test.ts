import { FakeClock, gate, withChaos } from '@voiceassist/testkit'
import { beforeEach, describe, expect, it } from 'vitest'
import { GatewayError } from '#src/errors'
import { createAuthTokens, type TokenClaims } from '#src/services/accounts/auth-tokens'
import type { LoginCheck } from '#src/services/accounts/login-check'
import { TokenMemory } from '#src/services/accounts/token-memory'
import type { Principal } from '#src/services/accounts/token-verifier-port'
import { codeOf, tokenSecret } from './auth-fixture.js'

const user = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const login = (n: number) => `00000000-0000-4000-9000-${String(n).padStart(12, '0')}`

/** The truth, which other instances change. */
class Logins implements Pick<LoginCheck, 'check'> {
  readonly ended = new Set<string>()
  readonly checked: TokenClaims[] = []
  down = false

  async check(claims: TokenClaims): Promise<Principal | undefined> {
    this.checked.push(claims)
    if (this.down) throw new GatewayError('DATABASE_UNREACHABLE', 'down')
    const { userId, sessionId } = claims
    return this.ended.has(sessionId) || this.ended.has(userId)
      ? undefined
      : { userId, sessionId, role: 'user' }
  }
}

describe('a verified token', () => {
  let clock: FakeClock
  let logins: Logins
  let memory: TokenMemory

  beforeEach(() => {
    clock = new FakeClock()
    logins = new Logins()
    memory = remembering(logins)
  })

  function remembering(check: Pick<LoginCheck, 'check'>): TokenMemory {
    return new TokenMemory({ clock, tokens: createAuthTokens({ secret: tokenSecret, clock }), logins: check })
  }
  async function signed(n = 1, lifetimeMs = 900_000): Promise<string> {
    const tokens = createAuthTokens({ secret: tokenSecret, clock })
    const claims = { userId: user(n), sessionId: login(n) }
    return (await tokens.sign(claims, new Date(clock.now() + lifetimeMs))).text
  }
  const state = (token: string, of = memory) => codeOf(of.verify(token))

  it('is checked once in a tenth of a second at most, however often it comes', async () => {
    const token = await signed()
    for (let ms = 0; ms < 250; ms += 10) {
      expect(await memory.verify(token)).toEqual({ userId: user(1), sessionId: login(1), role: 'user' })
      await clock.advance(10)
    }
    expect(logins.checked).toHaveLength(3)
  })

  it('is revoked elsewhere within a tenth of a second', async () => {
    const token = await signed()
    expect(await state(token)).toBe('done')
    logins.ended.add(login(1))
    await clock.advance(99)
    expect(await state(token)).toBe('done')
    await clock.advance(1)
    expect(await state(token)).toBe('UNAUTHENTICATED')
    logins.ended.clear()
    expect(await state(token), 'no verdict is kept but a good one').toBe('done')
  })

  it('is revoked here at once, by its login or by its user, and no other is', async () => {
    const [one, two] = [await signed(1), await signed(2)]
    for (const revoked of [{ sessionId: login(1) }, { userId: user(1) }]) {
      expect([await state(one), await state(two)]).toEqual(['done', 'done'])
      logins.ended.add(login(1))
      logins.ended.add(login(2))
      memory.forget(revoked)
      expect([await state(one), await state(two)]).toEqual(['UNAUTHENTICATED', 'done'])
      logins.ended.clear()
      memory.forget({ userId: user(2) })
    }
  })

  it('expires at its second, although it is remembered', async () => {
    const token = await signed(1, 10_000)
    await clock.advance(9950)
    expect(await state(token)).toBe('done')
    await clock.advance(49)
    expect(await state(token)).toBe('done')
    await clock.advance(1)
    expect(await state(token)).toBe('UNAUTHENTICATED')
    expect(memory.size).toBe(0)
  })

  it('is good for no longer than its tenth of a second while the database does not answer: it fails closed', async () => {
    const token = await signed()
    expect(await state(token)).toBe('done')
    logins.down = true
    await clock.advance(99)
    expect(await state(token)).toBe('done')
    for (let time = 0; time < 3; time++) {
      await clock.advance(1)
      expect(await state(token)).toBe('DATABASE_UNREACHABLE')
    }
    expect(await state(await signed(2)), 'one that is not known').toBe('DATABASE_UNREACHABLE')
    logins.down = false
    expect(await state(token)).toBe('done')
  })

  it('costs one check when many ask at once', async () => {
    const held = gate()
    memory = remembering(
      withChaos<Pick<LoginCheck, 'check'>>(logins, { check: [{ holdBefore: held.opened }] }),
    )
    const token = await signed()
    const asked = Array.from({ length: 20 }, () => state(token))
    held.open()
    expect(await Promise.all(asked)).toEqual(asked.map(() => 'done'))
    expect(logins.checked).toHaveLength(1)
  })

  it('is not kept by a check that had looked before the revocation, nor joined behind it', async () => {
    const held = gate()
    memory = remembering(
      withChaos<Pick<LoginCheck, 'check'>>(logins, { check: [{ holdAfter: held.opened }] }),
    )
    const token = await signed()
    const before = state(token)
    await expect.poll(() => logins.checked.length).toBe(1) // it has found the login alive, and is on its way back
    logins.ended.add(login(1))
    memory.forget({ sessionId: login(1) })
    expect(await state(token), 'asked behind the revocation').toBe('UNAUTHENTICATED')
    held.open()
    expect(await before, 'asked before it').toBe('done')
    expect(memory.size).toBe(0)
    expect(await state(token)).toBe('UNAUTHENTICATED')
  })

  it('does not wait for a check that is a tenth of a second old: that one may have looked too early', async () => {
    const held = gate()
    memory = remembering(
      withChaos<Pick<LoginCheck, 'check'>>(logins, { check: [{ holdAfter: held.opened }] }),
    )
    const token = await signed()
    const slow = state(token)
    await expect.poll(() => logins.checked.length).toBe(1)
    logins.ended.add(login(1)) // by another instance
    await clock.advance(100)
    expect(await state(token)).toBe('UNAUTHENTICATED')
    held.open()
    expect(await slow).toBe('done')
    expect(await state(token), 'what the slow one found is too old').toBe('UNAUTHENTICATED')
  })

  it('counts its time from before the check asked', async () => {
    const held = gate()
    memory = remembering(
      withChaos<Pick<LoginCheck, 'check'>>(logins, { check: [{ holdAfter: held.opened }] }),
    )
    const token = await signed()
    const slow = state(token)
    await expect.poll(() => logins.checked.length).toBe(1)
    logins.ended.add(login(1))
    await clock.advance(60)
    held.open()
    expect(await slow).toBe('done')
    await clock.advance(39)
    expect(await state(token)).toBe('done')
    await clock.advance(1)
    expect(await state(token)).toBe('UNAUTHENTICATED')
  })

  it('gives way to others when ten thousand are remembered', async () => {
    const tokens = await Promise.all(Array.from({ length: 10_001 }, (_, n) => signed(n + 1)))
    for (const token of tokens) await memory.verify(token)
    expect(memory.size).toBe(10_000)
    await memory.verify(tokens[1]!)
    expect(logins.checked).toHaveLength(10_001)
    await memory.verify(tokens[0]!)
    expect(logins.checked).toHaveLength(10_002)
  })

  it('is not kept itself: what is remembered is its HMAC', async () => {
    const token = await signed()
    const seen: unknown[] = []
    const { set } = Map.prototype
    Map.prototype.set = function (key, value) {
      seen.push(key, value)
      return set.call(this, key, value)
    }
    try {
      await memory.verify(token)
    } finally {
      Map.prototype.set = set
    }
    expect(memory.size).toBe(1)
    expect(seen.length).toBeGreaterThan(0)
    const text = JSON.stringify(seen)
    for (const part of token.split('.')) expect(text).not.toContain(part)
  })
})
