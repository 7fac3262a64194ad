import { describeDatabases, gate, seededRandom, testSeed, withChaos } from '@voiceassist/testkit'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AuthService } from '#src/services/accounts/auth.service'
import type { Login } from '#src/services/accounts/begin-login'
import { createLoginCheck, type LoginCheck } from '#src/services/accounts/login-check'
import { defaultLoginLimits } from '#src/services/accounts/login-limits'
import { type AuthFixture, as, authFixture, codeOf, password, visitor } from './auth-fixture.js'

const rounds = process.env.TEST_LONG === '1' ? 400 : 40
const usersAtOnce = 3
const withinMs = 100

describeDatabases('two instances on one database', kind => {
  let test: AuthFixture
  beforeAll(async () => {
    test = await authFixture(kind)
  })
  afterAll(() => test.close())

  it('take no token behind its revocation: at once where it was revoked, a tenth of a second later elsewhere', async () => {
    const seed = testSeed('revocation on two instances')
    const random = seededRandom(seed)
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!

    /** Some checks have looked and wait before they answer, as behind a slow network. */
    const waiting: (() => void)[] = []
    const slow = (): LoginCheck =>
      withChaos<LoginCheck>(
        createLoginCheck({ db: test.db, clock: test.clock, limits: defaultLoginLimits }),
        {
          check: () => {
            if (random() < 0.6) return 'pass'
            const held = gate()
            waiting.push(held.open)
            return { holdAfter: held.opened }
          },
        },
      )
    const instances = [test.instance({ logins: slow() }), test.instance({ logins: slow() })]
    const revokedAt = new Map<string, { by: AuthService; atMs: number }>()
    const revoking = new Set<string>()
    const wrong: string[] = []
    const asked: Promise<void>[] = []
    const releaseAll = () => {
      for (const open of waiting.splice(0)) open()
    }

    function ask({ accessToken }: Login, instance: AuthService): void {
      const revoked = revokedAt.get(accessToken)
      const askedAtMs = test.clock.monotonic()
      asked.push(
        codeOf(instance.verify(accessToken)).then(code => {
          const elsewhereMs = revoked?.by === instance ? 0 : withinMs
          const isLate = revoked && askedAtMs - revoked.atMs >= elsewhereMs
          if (isLate && code !== 'UNAUTHENTICATED') wrong.push(`${code} behind its revocation`)
          if (!revoking.has(accessToken) && code !== 'done') wrong.push(`${code} without a revocation`)
        }),
      )
    }

    async function revoke(logins: Login[], instance: AuthService): Promise<Login[]> {
      const login = pick(logins)
      const way = pick(['logout', 'revoke', 'role', 'password', 'reset', 'reuse', 'disable'])
      const { user } = login
      const sessionId = decodeJwt(login.accessToken).sid as string
      const ends = way === 'logout' || way === 'reuse' ? [login] : logins
      for (const { accessToken } of ends) revoking.add(accessToken)
      const change = { currentPassword: password, newPassword: password }
      if (way === 'logout') await instance.logout(as(login), sessionId)
      if (way === 'revoke') await instance.endLogins(visitor(), user.id)
      if (way === 'role') await instance.updateUser(visitor(), user.id, { role: pick(['viewer', 'admin']) })
      if (way === 'role') await instance.updateUser(visitor(), user.id, { role: 'user' })
      if (way === 'password') await instance.changePassword(as(login), sessionId, change)
      if (way === 'reset') await instance.resetPassword(visitor(), user.id, password)
      if (way === 'disable') await instance.updateUser(visitor(), user.id, { active: false })
      if (way === 'disable') await instance.updateUser(visitor(), user.id, { active: true })
      if (way === 'reuse') {
        await instance.refresh(visitor(), login.refreshToken)
        expect(await codeOf(instance.refresh(visitor(), login.refreshToken))).toBe('UNAUTHENTICATED')
      }
      const atMs = test.clock.monotonic()
      for (const { accessToken } of ends) revokedAt.set(accessToken, { by: instance, atMs })
      return logins.filter(one => !ends.includes(one))
    }

    const emails = Array.from({ length: usersAtOnce }, (_, n) => `random-${n}@example.org`)
    for (const email of emails) await test.auth.createUser(visitor(), { email, password, role: 'user' })
    await test.auth.createUser(visitor(), { email: 'stays@example.org', password, role: 'admin' })
    for (let round = 0; round < rounds; round++) {
      const email = pick(emails)
      let logins: Login[] = []
      for (let n = 0; n < 2; n++) logins.push(await pick(instances).login(visitor(), email, password))
      const all = logins
      for (let step = 0; step < 12; step++) {
        for (let n = 0; n < 3; n++) ask(pick(all), pick(instances))
        if (random() < 0.3 && logins.length > 0) logins = await revoke(logins, pick(instances))
        for (let n = 0; n < 3; n++) ask(pick(all), pick(instances))
        if (random() < 0.5) releaseAll()
        if (random() < 0.5) await test.clock.advance(pick([1, 25, 50, 99, 100]))
      }
      let answered = false
      const answers = Promise.all(asked.splice(0)).finally(() => {
        answered = true
      })
      while (!answered) {
        releaseAll()
        await turn()
      }
      await answers
      expect(wrong, `seed ${seed}`).toEqual([])
    }
    expect(revokedAt.size).toBeGreaterThan(rounds / 4)
  }, 240_000)
})

function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
