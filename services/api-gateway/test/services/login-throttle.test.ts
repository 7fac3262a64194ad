import { createHmac, hkdfSync } from 'node:crypto'
import { describeDatabases, gate } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GatewayError } from '#src/errors'
import { delayMs } from '#src/services/accounts/login-throttle'
import {
  type AuthFixture,
  as,
  authFixture,
  codeOf,
  password,
  plainHasher,
  tokenSecret,
  visitor,
} from './auth-fixture.js'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

function throttleKey(of: string): Buffer {
  const key = hkdfSync('sha256', tokenSecret, '', 'voiceassist login throttle', 32)
  return createHmac('sha256', Buffer.from(key)).update(of).digest()
}

describe('the delay behind failures', () => {
  it('doubles from a second to a quarter of an hour, behind the free ones', () => {
    const seconds = Array.from({ length: 20 }, (_, failures) => delayMs('account', failures) / 1000)
    expect(seconds).toEqual([0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900])
    expect([delayMs('address', 30), delayMs('address', 31), delayMs('address', 5000)]).toEqual([
      0, 1000, 900_000,
    ])
  })
})

describeDatabases('guesses at a password', kind => {
  let test: AuthFixture
  let verifications = 0
  const hasher = {
    ...plainHasher,
    verify: async (stored: string | undefined, given: string) => {
      verifications += 1
      return plainHasher.verify(stored, given)
    },
  }
  beforeAll(async () => {
    test = await authFixture(kind, { hasher })
  })
  afterAll(() => test.close())

  let hosts = 0
  /** Each guess from an address of its own, so that only the account's limit counts. */
  const elsewhere = () => visitor(`198.51.100.${++hosts}`)
  const guess = (email: string, from = elsewhere(), given = 'wrong') =>
    codeOf(test.auth.login(from, email, given))
  const refusal = async (email: string, from = elsewhere()) =>
    test.auth.login(from, email, password).then(
      () => undefined,
      (error: GatewayError) => error,
    )

  it.each([
    ['an account', true],
    ['an e-mail that has none', false],
  ])(
    'are limited for %s, not only for an address, and a new process does not forget them',
    async (_, known) => {
      const email = known ? 'known@example.org' : 'unknown@example.org'
      if (known) await test.loggedIn(email)
      for (let failure = 0; failure < 6; failure++) expect(await guess(email)).toBe('INVALID_CREDENTIALS')
      const before = verifications
      const restarted = test.instance()
      const refused = await restarted.login(elsewhere(), email, password).catch(error => error)
      expect(refused).toMatchObject({ code: 'TOO_MANY_ATTEMPTS', status: 429, retryAfterSeconds: 1 })
      expect(await guess(` ${email.toUpperCase()}`)).toBe('TOO_MANY_ATTEMPTS')
      expect(verifications).toBe(before)
      expect((await test.audited('auth.login')).at(-1)).toMatchObject({ error_message: 'TOO_MANY_ATTEMPTS' })

      await test.clock.advance(1000)
      expect(await guess(email)).toBe('INVALID_CREDENTIALS')
      expect(await refusal(email)).toMatchObject({ retryAfterSeconds: 2 })
      await test.clock.advance(1001)
      expect(await refusal(email)).toMatchObject({ retryAfterSeconds: 1 })
      await test.clock.advance(999)
      if (known) {
        expect(await refusal(email)).toBeUndefined()
        for (let failure = 0; failure < 6; failure++) expect(await guess(email)).toBe('INVALID_CREDENTIALS')
      }
    },
  )

  it('that come at the same time are no more than those that come one by one', async () => {
    await test.loggedIn('parallel@example.org')
    const before = verifications
    const codes = await Promise.all(Array.from({ length: 20 }, () => guess('parallel@example.org')))
    expect(codes.filter(code => code === 'INVALID_CREDENTIALS')).toHaveLength(6)
    expect(codes.filter(code => code === 'TOO_MANY_ATTEMPTS')).toHaveLength(14)
    expect(verifications - before).toBe(6)
  })

  it('are counted before they are verified', async () => {
    await test.loggedIn('held@example.org')
    const go = gate()
    const slow = test.instance({
      hasher: {
        ...plainHasher,
        verify: (stored, given) => go.opened.then(() => hasher.verify(stored, given)),
      },
    })
    const held = Array.from({ length: 6 }, () => codeOf(slow.login(elsewhere(), 'held@example.org', 'wrong')))
    const counted = async () => {
      const row = await test.db
        .selectFrom('login_throttle')
        .select('failures')
        .where('key', '=', throttleKey('account:held@example.org'))
        .executeTakeFirst()
      return row?.failures
    }
    await expect.poll(counted).toBe(6)
    expect(await guess('held@example.org')).toBe('TOO_MANY_ATTEMPTS')
    go.open()
    expect(await Promise.all(held)).toEqual(held.map(() => 'INVALID_CREDENTIALS'))
  })

  it('from one address are limited whatever the accounts, an IPv6 network as one', async () => {
    for (let failure = 0; failure < 31; failure++) {
      const from = visitor(`2001:db8:0:1::${(failure + 1).toString(16)}`)
      expect(await guess(`someone-${failure}@example.org`, from)).toBe('INVALID_CREDENTIALS')
    }
    await test.loggedIn('neighbour@example.org')
    expect(await refusal('neighbour@example.org', visitor('2001:db8:0:1:ffff::1'))).toMatchObject({
      code: 'TOO_MANY_ATTEMPTS',
    })
    expect(await refusal('neighbour@example.org', visitor('2001:db8:0:2::1'))).toBeUndefined()
  })

  it('that are right cost their address nothing, and their account has no failures any more', async () => {
    const from = visitor('203.0.113.9')
    await test.loggedIn('right@example.org')
    for (let round = 0; round < 40; round++) {
      if (round % 2 === 0) expect(await guess('right@example.org', elsewhere())).toBe('INVALID_CREDENTIALS')
      expect(await refusal('right@example.org', from)).toBeUndefined()
    }
    for (let failure = 0; failure < 31; failure++)
      expect(await guess(`right-${failure}@example.org`, from)).toBe('INVALID_CREDENTIALS')
    expect(await guess('right-99@example.org', from)).toBe('TOO_MANY_ATTEMPTS')
    await test.clock.advance(1000)
    expect(await refusal('right@example.org', from)).toBeUndefined()
    expect(await guess('right-98@example.org', from), 'the delay is taken back too').toBe(
      'INVALID_CREDENTIALS',
    )
  })

  it('that could not be checked count for nobody', async () => {
    await test.loggedIn('busy@example.org')
    const busy = test.instance({
      hasher: {
        ...plainHasher,
        verify: async () => {
          throw new GatewayError('OVERLOADED', 'Too many passwords are being checked')
        },
      },
    })
    const from = visitor('203.0.113.10')
    for (let time = 0; time < 10; time++)
      expect(await codeOf(busy.login(from, 'busy@example.org', password))).toBe('OVERLOADED')
    expect(await refusal('busy@example.org', from)).toBeUndefined()
  })

  it('of the current password, by who has a token, are limited like those of logging in', async () => {
    const login = await test.loggedIn('thief@example.org')
    const { sessionId } = await test.auth.verify(login.accessToken)
    const change = (currentPassword: string) =>
      codeOf(
        test.auth.changePassword(as(login, elsewhere()), sessionId, {
          currentPassword,
          newPassword: 'another long password',
        }),
      )
    for (let failure = 0; failure < 6; failure++) expect(await change('wrong')).toBe('INVALID_CREDENTIALS')
    expect(await change(password)).toBe('TOO_MANY_ATTEMPTS')
    expect(await guess('thief@example.org', elsewhere(), password)).toBe('TOO_MANY_ATTEMPTS')
  })

  it('begin anew a day behind the last failure, and old counts go', async () => {
    for (let failure = 0; failure < 6; failure++) await guess('forgotten@example.org')
    await test.clock.advance(dayMs)
    for (let failure = 0; failure < 6; failure++)
      expect(await guess('forgotten@example.org')).toBe('INVALID_CREDENTIALS')
    await test.clock.advance(1)
    for (let n = 0; n < 20; n++) await guess(`new-${n}@example.org`)
    const { count } = await test.db
      .selectFrom('login_throttle')
      .select(({ fn }) => fn.countAll<string>().as('count'))
      .where('updated_at', '<', new Date(test.clock.now() - dayMs))
      .executeTakeFirstOrThrow()
    expect(Number(count)).toBe(0)
  })

  it('leave neither e-mail nor address in the table', async () => {
    const rows = await test.db.selectFrom('login_throttle').selectAll().execute()
    expect(rows.length).toBeGreaterThan(10)
    for (const { key } of rows) expect(key).toHaveLength(32)
    expect(rows.map(({ key }) => Buffer.from(key).toString('latin1')).join()).not.toMatch(/example|198\.51/)
  })
})
