import { describeDatabases } from '@voiceassist/testkit'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type AuthFixture, as, authFixture, codeOf, password, visitor } from './auth-fixture.js'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

describeDatabases('logins', kind => {
  let test: AuthFixture
  beforeAll(async () => {
    test = await authFixture(kind)
  })
  afterAll(() => test.close())

  const verified = (accessToken: string) => codeOf(test.auth.verify(accessToken))
  const refreshed = (refreshToken: string) => test.auth.refresh(visitor(), refreshToken)
  let count = 0
  const begin = () => test.loggedIn(`user-${++count}@example.org`)

  it('differ within one second, and say neither e-mail nor role', async () => {
    const one = await begin()
    const two = await test.auth.login(visitor(), one.user.email, password)
    expect(two.accessToken).not.toBe(one.accessToken)
    expect(two.refreshToken).not.toBe(one.refreshToken)
    const claims = decodeJwt(one.accessToken)
    expect(Object.keys(claims).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'jti', 'sid', 'sub'])
    expect(claims.exp! - claims.iat!).toBe(900)
  })

  it('end with logout, which really ends the tokens, and ends no other login', async () => {
    const one = await begin()
    const two = await test.auth.login(visitor(), one.user.email, password)
    expect([await verified(one.accessToken), await verified(two.accessToken)]).toEqual(['done', 'done'])
    const { sessionId } = await test.auth.verify(one.accessToken)
    await test.auth.logout(as(one), sessionId)
    expect([await verified(one.accessToken), await verified(two.accessToken)]).toEqual([
      'UNAUTHENTICATED',
      'done',
    ])
    expect(await codeOf(refreshed(one.refreshToken))).toBe('UNAUTHENTICATED')
    expect(await test.audited('auth.logout')).toMatchObject([
      { user_id: one.user.id, additional_data: { login: sessionId } },
    ])
  })

  it('go on by refresh, whose token is stored as a hash only', async () => {
    const first = await begin()
    const second = await refreshed(first.refreshToken)
    expect(second.user.email).toBe(first.user.email)
    expect(second.refreshToken).not.toBe(first.refreshToken)
    expect(decodeJwt(second.accessToken).sid).toBe(decodeJwt(first.accessToken).sid)
    expect([await verified(first.accessToken), await verified(second.accessToken)]).toEqual(['done', 'done'])
    const rows = await test.db.selectFrom('auth_sessions').selectAll().execute()
    const stored = JSON.stringify(rows.map(row => [row, Buffer.from(row.refresh_hash).toString('base64url')]))
    for (const { refreshToken } of [first, second]) {
      expect(stored).not.toContain(refreshToken)
      expect(stored).not.toContain(refreshToken.slice(24, 60))
    }
  })

  it('end when a refresh token that was exchanged comes again, for thief and owner alike', async () => {
    const first = await begin()
    const second = await refreshed(first.refreshToken)
    const third = await refreshed(second.refreshToken)
    expect(await verified(third.accessToken)).toBe('done')
    const before = (await test.audited('auth.refresh_reused')).length
    expect(await codeOf(refreshed(first.refreshToken))).toBe('UNAUTHENTICATED')
    for (const { accessToken } of [first, second, third])
      expect(await verified(accessToken)).toBe('UNAUTHENTICATED')
    expect(await codeOf(refreshed(third.refreshToken))).toBe('UNAUTHENTICATED')
    const reused = await test.audited('auth.refresh_reused')
    expect(reused.slice(before)).toMatchObject([{ user_id: first.user.id, error_message: 'UNAUTHENTICATED' }])
    expect((await test.audited('auth.refresh')).at(-1)).toMatchObject({
      user_id: first.user.id,
      error_message: 'UNAUTHENTICATED',
    })
  })

  it('give one of two who refresh at the same time with the same token a pair, and end', async () => {
    for (let round = 0; round < 5; round++) {
      const first = await begin()
      const both = await Promise.allSettled([refreshed(first.refreshToken), refreshed(first.refreshToken)])
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      const pair = both.flatMap(outcome => (outcome.status === 'fulfilled' ? [outcome.value] : []))
      expect(await verified(pair[0]!.accessToken)).toBe('UNAUTHENTICATED')
      expect(await codeOf(refreshed(pair[0]!.refreshToken))).toBe('UNAUTHENTICATED')
    }
  })

  it.each(['garbage', '', 'A'.repeat(64), 'A'.repeat(63)])(
    'refuse %j as a refresh token, and audit that',
    async text => {
      const before = (await test.audited('auth.refresh')).length
      expect(await codeOf(refreshed(text))).toBe('UNAUTHENTICATED')
      const rows = (await test.audited('auth.refresh')).slice(before)
      expect(rows).toMatchObject([{ user_id: null, error_message: 'UNAUTHENTICATED' }])
    },
  )

  it('last twelve hours at most, however often they are refreshed', async () => {
    let login = await begin()
    const tokens = [login.accessToken]
    for (let minutes = 10; minutes < 12 * 60; minutes += 10) {
      await test.clock.advance(10 * minuteMs)
      login = await refreshed(login.refreshToken)
      tokens.push(login.accessToken)
    }
    await test.clock.advance(5 * minuteMs)
    login = await refreshed(login.refreshToken)
    expect(login.expiresInSeconds).toBe(5 * 60)
    expect(login.refreshExpiresInSeconds).toBe(5 * 60)
    await test.clock.advance(5 * minuteMs - 1)
    expect(await verified(login.accessToken)).toBe('done')
    await test.clock.advance(1)
    expect(await verified(login.accessToken)).toBe('UNAUTHENTICATED')
    expect(await codeOf(refreshed(login.refreshToken))).toBe('UNAUTHENTICATED')
  })

  it('end after a quarter of an hour without a request; a request counts, to the minute', async () => {
    const login = await begin()
    await test.clock.advance(10 * minuteMs)
    expect(await verified(login.accessToken)).toBe('done')
    await test.clock.advance(14 * minuteMs)
    const second = await refreshed(login.refreshToken)
    await test.clock.advance(15 * minuteMs - 1)
    const third = await refreshed(second.refreshToken)
    await test.clock.advance(15 * minuteMs)
    expect(await codeOf(refreshed(third.refreshToken))).toBe('UNAUTHENTICATED')
  })

  it('are noted as used once a minute at most', async () => {
    const login = await begin()
    const id = decodeJwt(login.accessToken).sid as string
    const lastUsed = async () => {
      const row = await test.db
        .selectFrom('auth_sessions')
        .select('last_used_at')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      return row.last_used_at.getTime() - start
    }
    const start = test.clock.now()
    const noted: number[] = []
    for (let seconds = 0; seconds < 150; seconds += 15) {
      await test.clock.advance(15_000)
      await test.auth.verify(login.accessToken)
      noted.push((await lastUsed()) / 1000)
    }
    expect(noted).toEqual([0, 0, 0, 60, 60, 60, 60, 120, 120, 120])
  })

  it('hash the password anew when the parameters have changed, and only then', async () => {
    const { user } = await begin()
    const hashes: string[] = []
    const newer = test.instance({
      hasher: {
        hash: async text => {
          hashes.push(text)
          return `newer ${text}`
        },
        verify: async (stored, text) => stored === `plain ${text}` || stored === `newer ${text}`,
        needsRehash: stored => stored.startsWith('plain'),
      },
    })
    expect(await codeOf(newer.login(visitor(), user.email, 'wrong'))).toBe('INVALID_CREDENTIALS')
    for (let time = 0; time < 2; time++) await newer.login(visitor(), user.email, password)
    expect(hashes).toEqual([password])
    const row = await test.db
      .selectFrom('users')
      .select('hashed_password')
      .where('id', '=', user.id)
      .executeTakeFirstOrThrow()
    expect(row.hashed_password).toBe(`newer ${password}`)
  })

  it('that fail are audited: by the account where there is one, else by what its failures are counted by', async () => {
    const { user } = await begin()
    const before = (await test.audited('auth.login')).length
    for (const email of [user.email, ' Nobody@example.org', 'nobody@example.org'])
      expect(await codeOf(test.auth.login(visitor(), email, 'wrong'))).toBe('INVALID_CREDENTIALS')
    const rows = (await test.audited('auth.login')).slice(before)
    expect(rows).toMatchObject([
      { user_id: user.id, error_message: 'INVALID_CREDENTIALS', additional_data: {} },
      { user_id: null, additional_data: { account: expect.stringMatching(/^[0-9a-f]{16}$/) } },
      { user_id: null, error_message: 'INVALID_CREDENTIALS' },
    ])
    expect(rows[2]!.additional_data).toEqual(rows[1]!.additional_data)
    expect(JSON.stringify(rows)).not.toContain('nobody')
  })

  it('that expired go from the table with the next login of their user', async () => {
    const { user } = await begin()
    await test.clock.advance(12 * hourMs)
    await test.auth.login(visitor(), user.email, password)
    const rows = await test.db
      .selectFrom('auth_sessions')
      .select('id')
      .where('user_id', '=', user.id)
      .execute()
    expect(rows).toHaveLength(1)
  })
})
