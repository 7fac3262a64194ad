import { FakeClock } from '@voiceassist/testkit'
import type { LightMyRequestResponse } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestApp, password, type TestApp, type TestRole } from './support/test-app.js'

const own = { 'x-voiceassist-console': '1' }
const path = '/api/console/session'

describe('the console’s session', () => {
  const clock = new FakeClock(Date.UTC(2025, 5, 1, 12))
  let test: TestApp

  beforeAll(async () => {
    test = await openTestApp({
      clock,
      overrides: {
        trustedProxies: ['127.0.0.1'],
        rateLimits: { requestsPerMinute: 1e6, loginsPerMinute: 1e5 },
      },
    })
  })
  afterAll(() => test.close())

  const signIn = (who: TestRole = 'admin', headers: Record<string, string> = own, secret = password) =>
    test.call('POST', path, { headers, payload: { email: test.users[who].email, password: secret } })
  const statusOf = async (method: string, url: string, headers: Record<string, string>) =>
    (await test.call(method, url, { headers })).statusCode

  it('lasts from signing in to signing out, in cookies that no script reads', async () => {
    const entered = await signIn()
    expect(entered.json()).toEqual({
      user: { id: test.users.admin.id, email: test.users.admin.email, role: 'admin' },
      expiresAt: new Date(clock.now() + 900_000).toISOString(),
    })
    expect(entered.headers['set-cookie']).toEqual([
      expect.stringMatching(/^voiceassist=[\w.-]+; Max-Age=900; Path=\/; HttpOnly; SameSite=Strict$/),
      expect.stringMatching(
        /^voiceassist-refresh=[\w-]+; Max-Age=\d+; Path=\/api\/console\/session; HttpOnly; SameSite=Strict$/,
      ),
    ])
    const cookie = cookiesOf(entered)
    const shown = await test.call('GET', path, { headers: { cookie } })
    expect(shown.json()).toEqual(entered.json())
    expect(await statusOf('GET', '/api/admin/users', { cookie })).toBe(200)

    const next = await test.call('POST', `${path}/refresh`, { headers: { ...own, cookie } })
    expect([next.statusCode, next.json().user.role]).toEqual([200, 'admin'])
    const renewed = cookiesOf(next)
    expect(renewed.split('; ')[1]).not.toBe(cookie.split('; ')[1])

    const left = await test.call('DELETE', path, { headers: { ...own, cookie: renewed } })
    expect(left.statusCode).toBe(204)
    expect(cookiesOf(left)).toBe('voiceassist=; voiceassist-refresh=')
    expect(await statusOf('GET', path, { cookie: renewed })).toBe(401)
    expect(await statusOf('POST', `${path}/refresh`, { ...own, cookie: renewed })).toBe(401)
    expect(await statusOf('DELETE', path, { ...own, cookie: renewed })).toBe(204)
  })

  it('ends with its refresh cookie when its access cookie has gone, and when a cookie comes twice', async () => {
    const [, refresh = ''] = cookiesOf(await signIn()).split('; ')
    expect(await statusOf('DELETE', path, { ...own, cookie: refresh })).toBe(204)
    expect(await statusOf('POST', `${path}/refresh`, { ...own, cookie: refresh })).toBe(401)

    const cookie = cookiesOf(await signIn())
    const renew = (from: string) =>
      test.call('POST', `${path}/refresh`, { headers: { ...own, cookie: from } })
    const renewed = cookiesOf(await renew(cookie))
    const again = await renew(cookie)
    expect([again.statusCode, cookiesOf(again)]).toEqual([401, 'voiceassist=; voiceassist-refresh='])
    expect(await statusOf('GET', path, { cookie: renewed })).toBe(401)
    expect((await test.call('POST', `${path}/refresh`, { headers: own })).json()).toMatchObject({
      code: 'UNAUTHENTICATED',
    })
  })

  it('is for administrators, whose password is asked as at every login', async () => {
    const logins = () =>
      test.database.db
        .selectFrom('audit_logs')
        .select(['user_id', 'error_message'])
        .where('action', '=', 'auth.login')
        .orderBy('timestamp', 'desc')
        .limit(1)
        .execute()
    const living = () =>
      test.database.db
        .selectFrom('auth_sessions')
        .selectAll()
        .where('user_id', '=', test.users.viewer.id)
        .execute()
    const before = await living()
    await clock.advance(1000)
    const refused = await signIn('viewer')
    expect(refused.json()).toMatchObject({ status: 403, code: 'FORBIDDEN' })
    expect(refused.headers['set-cookie']).toBeUndefined()
    expect(await living()).toEqual(before)
    expect(await logins()).toEqual([{ user_id: test.users.viewer.id, error_message: 'FORBIDDEN' }])

    await clock.advance(1000)
    const wrong = await signIn('viewer', own, 'wrong')
    expect(wrong.json()).toMatchObject({ status: 401, code: 'INVALID_CREDENTIALS' })
    expect(await logins()).toEqual([{ user_id: test.users.viewer.id, error_message: 'INVALID_CREDENTIALS' }])
    for (let attempt = 0; attempt < 10; attempt++) await signIn('user', own, 'wrong')
    expect((await signIn('user')).json()).toMatchObject({ status: 429, code: 'TOO_MANY_ATTEMPTS' })
  })

  it('has cookies of https that only this host can set, where a trusted proxy says so', async () => {
    const https = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'care.example' }
    const entered = await signIn('admin', { ...own, ...https, origin: 'https://care.example' })
    expect(entered.headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-voiceassist=.*; Path=\/; HttpOnly; Secure; SameSite=Strict$/),
      expect.stringMatching(
        /^__Secure-voiceassist-refresh=.*; Path=\/api\/console\/session; HttpOnly; Secure; SameSite=Strict$/,
      ),
    ])
    const cookie = cookiesOf(entered)
    expect(await statusOf('GET', path, { ...https, cookie })).toBe(200)
    // One of http could come from a neighbour's host or a wire that somebody listens on.
    expect(
      await statusOf('GET', path, { ...https, cookie: cookie.replaceAll(/__(Host|Secure)-/g, '') }),
    ).toBe(401)
  })

  describe('against other origins’ pages', () => {
    let cookie: string

    beforeAll(async () => {
      cookie = cookiesOf(await signIn())
    })

    const host = { host: 'care.example:8000' }
    it.each([
      ['the header alone', own, true],
      ['the browser’s word', { ...own, 'sec-fetch-site': 'same-origin', origin: 'http://elsewhere' }, true],
      ['the own origin', { ...own, origin: 'http://care.example:8000' }, true],
      ['nothing', {}, false],
      ['another header', { 'x-voiceassist-console': '0' }, false],
      ['the browser’s word without the header', { 'sec-fetch-site': 'same-origin' }, false],
      ['another site', { ...own, 'sec-fetch-site': 'cross-site', origin: 'http://care.example:8000' }, false],
      ['a neighbouring host', { ...own, 'sec-fetch-site': 'same-site' }, false],
      ['nobody’s page', { ...own, 'sec-fetch-site': 'none' }, false],
      ['another origin', { ...own, origin: 'http://elsewhere.example' }, false],
      ['another port', { ...own, origin: 'http://care.example:8001' }, false],
      ['another scheme', { ...own, origin: 'https://care.example:8000' }, false],
      ['a page without origin', { ...own, origin: 'null' }, false],
    ] as const)('a change with %s', async (_, headers, isTaken) => {
      const sent = { ...host, ...headers }
      const change = await test.call('POST', '/api/sessions', { headers: { ...sent, cookie }, payload: {} })
      const form = await signIn('admin', sent)
      const expected = isTaken ? [201, 200] : [403, 403]
      expect([change.statusCode, form.statusCode]).toEqual(expected)
      if (!isTaken) {
        expect([change.json().code, form.json().code]).toEqual(['CSRF_REFUSED', 'CSRF_REFUSED'])
        expect(form.headers['set-cookie']).toBeUndefined()
      }
    })

    it.each([
      [undefined, 200],
      ['same-origin', 200],
      ['none', 200],
      ['same-site', 403],
      ['cross-site', 403],
    ])('a read of site %s', async (site, status) => {
      const headers = { ...host, cookie, ...(site === undefined ? {} : { 'sec-fetch-site': site }) }
      expect(await statusOf('GET', '/api/auth/me', headers)).toBe(status)
    })

    it('a bearer token stands for itself, with or without cookies', async () => {
      const authorization = `Bearer ${test.users.user.token}`
      const headers = { authorization, cookie, origin: 'http://elsewhere.example' }
      expect((await test.call('GET', '/api/auth/me', { headers })).json().role).toBe('user')
      expect((await test.call('POST', '/api/sessions', { headers, payload: {} })).statusCode).toBe(201)
      expect(await statusOf('GET', '/api/auth/me', { authorization: 'Bearer none', cookie })).toBe(401)
    })
  })
})

/** What a browser would send next. */
function cookiesOf(response: LightMyRequestResponse): string {
  return [response.headers['set-cookie']]
    .flat()
    .map(line => line!.split(';', 1)[0])
    .join('; ')
}
