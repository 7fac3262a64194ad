import { describeDatabases, FakeClock } from '@voiceassist/testkit'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, expect, it } from 'vitest'
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
