import { describeDatabases, FakeClock } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestApp, password, type TestApp } from './support/test-app.js'

describeDatabases('the routes of accounts', kind => {
  const clock = new FakeClock(Date.UTC(2025, 5, 1, 12))
  let test: TestApp

  beforeAll(async () => {
    test = await openTestApp({
      kind,
      clock,
      auth: { registrationIsOpen: () => true },
      overrides: { rateLimits: { requestsPerMinute: 1e6, loginsPerMinute: 1e5 } },
    })
  })
  afterAll(() => test.close())

  const post = (path: string, payload?: object, token?: string) =>
    test.call('POST', `/api/auth/${path}`, {
      ...(payload ? { payload } : {}),
      ...(token ? { headers: { authorization: `Bearer ${token}` } } : {}),
    })
  const me = async (token: string) =>
    (await test.call('GET', '/api/auth/me', { headers: { authorization: `Bearer ${token}` } })).statusCode

  it('go from registration to the end of a login', async () => {
    const account = { email: 'new@example.org', password, fullName: 'Newcomer' }
    const [made, taken] = [await post('register', account), await post('register', account)]
    expect([made.statusCode, taken.statusCode]).toEqual([202, 202])
    expect(made.body).toBe(taken.body)

    const login = (await post('login', { email: account.email, password })).json()
    expect(login.user).toMatchObject({ email: 'new@example.org', role: 'user', fullName: 'Newcomer' })
    const refreshed = await post('refresh', { refreshToken: login.refreshToken })
    expect(refreshed.statusCode).toBe(200)
    expect(refreshed.json()).toMatchObject({ tokenType: 'Bearer', expiresIn: 900, user: login.user })

    const wrong = await post(
      'change-password',
      { currentPassword: 'wrong', newPassword: 'a better password' },
      refreshed.json().accessToken,
    )
    expect(wrong.json()).toMatchObject({ status: 401, code: 'INVALID_CREDENTIALS', field: 'currentPassword' })
    const changed = await post(
      'change-password',
      { currentPassword: password, newPassword: 'a better password' },
      refreshed.json().accessToken,
    )
    expect(changed.statusCode).toBe(200)
    expect(await me(refreshed.json().accessToken)).toBe(401)
    expect(await me(changed.json().accessToken)).toBe(200)

    const out = await post('logout', undefined, changed.json().accessToken)
    expect([out.statusCode, out.body]).toEqual([204, ''])
    expect(await me(changed.json().accessToken)).toBe(401)
    const ended = await post('refresh', { refreshToken: changed.json().refreshToken })
    expect(ended.json()).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
  })

  it('take no fields but their own, and say which is wrong', async () => {
    for (const [path, payload, field] of [
      ['refresh', {}, 'refreshToken'],
      ['refresh', { refreshToken: 'x', more: 1 }, 'more'],
      ['register', { email: 'a@b', password: 'short' }, 'password'],
      ['register', { email: 'a@b', password, role: 'admin' }, 'role'],
    ] as const)
      expect((await post(path, payload)).json(), path).toMatchObject({ code: 'VALIDATION_FAILED', field })
  })

  it('say when the next attempt is taken, for every e-mail alike', async () => {
    for (const email of ['viewer@example.org', 'nobody@example.org']) {
      for (let failure = 0; failure < 9; failure++) {
        const answer = await post('login', { email, password: 'wrong' })
        expect(answer.statusCode).toBe(failure < 6 ? 401 : 429)
      }
      const refused = await post('login', { email, password })
      expect(refused.json()).toMatchObject({ status: 429, code: 'TOO_MANY_ATTEMPTS' })
      expect(refused.headers['retry-after']).toBe('1')
    }
  })

  it('audit from where, and by which route', async () => {
    const rows = await test.database.db
      .selectFrom('audit_logs')
      .select(['action', 'ip_address', 'endpoint', 'status_code', 'request_id'])
      .where('endpoint', 'is not', null)
      .where('endpoint', 'like', '%/api/auth/%')
      .execute()
    const kinds = new Set(rows.map(row => `${row.action} ${row.endpoint} ${row.status_code}`))
    expect([...kinds].sort()).toEqual([
      'auth.login POST /api/auth/login 401',
      'auth.login POST /api/auth/login 429',
      'auth.login POST /api/auth/login null',
      'auth.logout POST /api/auth/logout null',
      'auth.password_change POST /api/auth/change-password 401',
      'auth.password_change POST /api/auth/change-password null',
      'auth.refresh POST /api/auth/refresh 401',
      'auth.refresh POST /api/auth/refresh null',
      'auth.register POST /api/auth/register 409',
      'auth.register POST /api/auth/register null',
    ])
    expect(new Set(rows.map(row => row.ip_address))).toEqual(new Set(['127.0.0.1']))
    for (const { request_id } of rows) expect(request_id).toMatch(/\S/)
  })
})

it('registration is closed unless it is opened', async () => {
  const test = await openTestApp()
  const answer = await test.call('POST', '/api/auth/register', { payload: { email: 'a@b.org', password } })
  expect(answer.json()).toMatchObject({ status: 403, code: 'REGISTRATION_CLOSED' })
  await test.close()
})
