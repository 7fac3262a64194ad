import { describeDatabases, FakeClock } from '@voiceassist/testkit'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gatewayActor } from '#src/audit/actor'
import { openTestApp, password, type TestApp, tokenSecret } from './support/test-app.js'

const minuteMs = 60_000

const actor = gatewayActor('test')

describeDatabases('logging in', kind => {
  const clock = new FakeClock(Date.UTC(2025, 5, 1, 12))
  let test: TestApp

  beforeAll(async () => {
    test = await openTestApp({
      kind,
      clock,
      overrides: { rateLimits: { requestsPerMinute: 1e6, loginsPerMinute: 1e6 } },
    })
  })
  afterAll(() => test.close())

  const login = (payload: object) => test.call('POST', '/api/auth/login', { payload })
  const me = (token: string) =>
    test.call('GET', '/api/auth/me', { headers: { authorization: `Bearer ${token}` } })

  it('gives a token, and the time of the login', async () => {
    await clock.advance(minuteMs)
    const answer = await login({ email: ' Viewer@Example.ORG ', password })
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toEqual({
      accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      tokenType: 'Bearer',
      expiresIn: 900,
      refreshToken: expect.stringMatching(/^[\w-]{64}$/),
      refreshExpiresIn: 900,
      role: 'viewer',
      user: {
        id: test.users.viewer.id,
        email: 'viewer@example.org',
        fullName: '',
        role: 'viewer',
        createdAt: expect.any(String),
        lastLogin: new Date(clock.now()).toISOString(),
      },
    })
    expect((await me(answer.json().accessToken)).json()).toEqual(answer.json().user)
  })

  it('gives one answer to an unknown e-mail, a wrong password and a disabled account', async () => {
    await test.auth.createUser(actor, { email: 'gone@example.org', password, role: 'user' })
    await test.auth.updateUser(actor, 'gone@example.org', { active: false })
    const answers = [
      await login({ email: 'nobody@example.org', password }),
      await login({ email: 'user@example.org', password: `${password}!` }),
      await login({ email: 'gone@example.org', password }),
    ]
    const bodies = answers.map(answer => ({ ...answer.json(), requestId: '' }))
    expect(answers.map(answer => answer.statusCode)).toEqual([401, 401, 401])
    expect(bodies[0]).toMatchObject({ code: 'INVALID_CREDENTIALS' })
    expect(bodies[1]).toEqual(bodies[0])
    expect(bodies[2]).toEqual(bodies[0])
  })

  it('ends an account’s logins when it is disabled, and does not bring them back', async () => {
    const { id } = await test.auth.createUser(actor, { email: 'leaver@example.org', password, role: 'user' })
    const { accessToken } = (await login({ email: 'leaver@example.org', password })).json()
    expect((await me(accessToken)).statusCode).toBe(200)
    await test.auth.updateUser(actor, id, { active: false })
    expect((await me(accessToken)).json()).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
    await test.auth.updateUser(actor, 'Leaver@example.org', { active: true })
    expect((await me(accessToken)).statusCode).toBe(401)
    expect((await login({ email: 'leaver@example.org', password })).statusCode).toBe(200)
  })

  it('refuses tokens that are expired, of a deleted login, forged, or not tokens', async () => {
    const { accessToken } = (await login({ email: 'user@example.org', password })).json()
    const claims = JSON.parse(Buffer.from(accessToken.split('.')[1], 'base64url').toString())
    const forge = (change: object, secret = tokenSecret, alg = 'HS256') =>
      new SignJWT({ ...claims, ...change }).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret))
    expect((await me(await forge({}))).statusCode).toBe(200)
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${accessToken.split('.')[1]}.`
    const refused = {
      'another secret': await forge({}, 'another secret of at least 32 bytes!'),
      'another algorithm': await forge({}, tokenSecret, 'HS384'),
      'another issuer': await forge({ iss: 'someone' }),
      'another audience': await forge({ aud: 'someone' }),
      'another user’s login': await forge({ sub: test.users.admin.id }),
      'no expiry': await forge({ exp: undefined }),
      'no id': await forge({ jti: undefined }),
      'a login that is none': await forge({ sid: '00000000-0000-4000-8000-000000000000' }),
      'a login that is no id': await forge({ sid: "' or 1=1" }),
      'no signature': none,
      garbage: 'garbage',
    }
    for (const [name, token] of Object.entries(refused)) {
      const answer = await me(token)
      expect(answer.json(), name).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
      expect(answer.headers['www-authenticate'], name).toBe('Bearer')
    }
    await clock.advance(15 * minuteMs - 1000)
    expect((await me(accessToken)).statusCode).toBe(200)
    await clock.advance(1000)
    expect((await me(accessToken)).statusCode).toBe(401)
  })

  it('refuses an account that was disabled behind its back', async () => {
    const { id } = await test.auth.createUser(actor, { email: 'psql@example.org', password, role: 'user' })
    const { accessToken } = (await login({ email: 'psql@example.org', password })).json()
    await test.database.db.updateTable('users').set({ is_active: false }).where('id', '=', id).execute()
    expect((await me(accessToken)).statusCode).toBe(401)
  })

  it('does not trust a token’s expiry over the login’s own', async () => {
    const { accessToken } = (await login({ email: 'user@example.org', password })).json()
    const claims = JSON.parse(Buffer.from(accessToken.split('.')[1], 'base64url').toString())
    const longer = await new SignJWT({ ...claims, exp: claims.exp + 3600 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(tokenSecret))
    await clock.advance(15 * minuteMs)
    expect((await me(longer)).statusCode).toBe(401)
  })
})

describeDatabases('the routes of accounts', kind => {
  const clock = new FakeClock(Date.UTC(2025, 5, 1, 12))
  let test: TestApp

  beforeAll(async () => {
    test = await openTestApp({
      kind,
      clock,
      auth: { registrationOpen: true },
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

describe('X-Forwarded-For', () => {
  const trustedProxies = ['10.0.0.0/8', '2001:db8::1']
  const attempts = async (test: TestApp, peer: string, forwarded: readonly string[]) => {
    const codes: number[] = []
    for (const from of forwarded) {
      const { statusCode } = await test.app.inject({
        method: 'POST',
        url: '/api/auth/login',
        remoteAddress: peer,
        headers: { 'x-forwarded-for': from },
        payload: { email: `${from}@example.org`, password: 'wrong' },
      })
      codes.push(statusCode)
    }
    return codes
  }
  const audited = async (test: TestApp) => {
    const rows = await test.database.db
      .selectFrom('audit_logs')
      .select('ip_address')
      .where('error_message', '=', 'INVALID_CREDENTIALS')
      .orderBy('timestamp')
      .execute()
    return rows.map(row => row.ip_address)
  }
  const rateLimits = { requestsPerMinute: 1000, loginsPerMinute: 2 }

  it('of a peer that is not trusted is not believed: neither by limits nor by the audit', async () => {
    for (const overrides of [{ rateLimits }, { rateLimits, trustedProxies }]) {
      const test = await openTestApp({ overrides })
      expect(await attempts(test, '192.0.2.7', ['198.51.100.1', '198.51.100.2', '198.51.100.3'])).toEqual([
        401, 401, 429,
      ])
      expect(await audited(test)).toEqual(['192.0.2.7', '192.0.2.7'])
      await test.close()
    }
  })

  it('of a trusted one is believed, as far as the last peer that is not trusted', async () => {
    const test = await openTestApp({ overrides: { rateLimits, trustedProxies } })
    const chains = ['198.51.100.1', '198.51.100.2', '203.0.113.66, 198.51.100.3, 10.1.1.1', '2001:db8::99']
    expect(await attempts(test, '10.0.0.1', chains)).toEqual([401, 401, 401, 401])
    expect(await audited(test)).toEqual(['198.51.100.1', '198.51.100.2', '198.51.100.3', '2001:db8::99'])
    expect(await attempts(test, '2001:db8::1', ['198.51.100.1', '198.51.100.1'])).toEqual([401, 429])
    await test.close()
  })

  it('that holds no address counts as the proxy’s own', async () => {
    const test = await openTestApp({ overrides: { rateLimits, trustedProxies } })
    expect(await attempts(test, '10.0.0.1', ['unknown', 'x'.repeat(200), '_hidden'])).toEqual([401, 401, 429])
    expect(await audited(test)).toEqual(['10.0.0.1', '10.0.0.1'])
    await test.close()
  })
})

it('limits the attempts to log in from one address', async () => {
  const test = await openTestApp({ overrides: { rateLimits: { requestsPerMinute: 10, loginsPerMinute: 3 } } })
  const attempt = () =>
    test.call('POST', '/api/auth/login', { payload: { email: 'user@example.org', password: 'wrong' } })
  for (let count = 0; count < 3; count++) expect((await attempt()).statusCode).toBe(401)
  const refused = await attempt()
  expect(refused.json()).toMatchObject({ status: 429, code: 'TOO_MANY_REQUESTS' })
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  expect((await test.call('GET', '/api/auth/me', { as: 'user' })).statusCode).toBe(200)
  for (let count = 0; count < 9; count++) await test.call('GET', '/nothing')
  expect((await test.call('GET', '/api/auth/me', { as: 'user' })).statusCode).toBe(429)
  expect((await test.call('GET', '/nothing')).statusCode).toBe(429)
  await test.close()
})
