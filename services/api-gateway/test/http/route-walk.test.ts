import { randomUUID } from 'node:crypto'
import { fastify } from 'fastify'
import { decodeJwt, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gatewayActor } from '#src/audit/actor'
import { type RouteAccess, routeAccess } from '#src/plugins/route-access'
import type { RegisteredRoute } from '#src/plugins/route-table'
import { openTestApp, password, roles, type TestApp, type TestRole, tokenSecret } from './support/test-app.js'

/** What is meant to be; the walk below asks the app what is. */
const intended: Record<string, RouteAccess> = {
  'GET /': 'public',
  'GET /console': 'public',
  'GET /console/*': 'public',
  'GET /openapi.json': 'public',
  'GET /docs': 'public',
  'GET /docs/': 'public',
  'GET /docs/json': 'public',
  'GET /docs/yaml': 'public',
  'GET /docs/static/*': 'public',
  'GET /docs/static/index.html': 'public',
  'GET /docs/static/swagger-initializer.js': 'public',
  'GET /health/live': 'public',
  'GET /health/ready': 'public',
  'GET /metrics': 'metrics',
  'POST /api/console/session': 'console',
  'GET /api/console/session': 'admin',
  'DELETE /api/console/session': 'console',
  'POST /api/console/session/refresh': 'console',
  'POST /api/auth/login': 'public',
  'POST /api/auth/register': 'public',
  'POST /api/auth/refresh': 'public',
  'POST /api/auth/logout': 'user',
  'GET /api/auth/me': 'user',
  'POST /api/auth/change-password': 'user',
  'GET /api/admin/users': 'admin',
  'POST /api/admin/users': 'admin',
  'GET /api/admin/users/:id': 'admin',
  'PATCH /api/admin/users/:id': 'admin',
  'DELETE /api/admin/users/:id': 'admin',
  'POST /api/admin/users/:id/reset-password': 'admin',
  'POST /api/admin/users/:id/revoke-sessions': 'admin',
  'GET /api/sessions': 'user',
  'POST /api/sessions': 'user',
  'GET /api/sessions/:id': 'user',
  'PATCH /api/sessions/:id': 'user',
  'DELETE /api/sessions/:id': 'user',
  'POST /api/sessions/:id/end': 'user',
  'GET /api/sessions/:id/export': 'user',
  'GET /api/sessions/:id/messages': 'user',
  'GET /api/sessions/:id/messages/:messageId': 'user',
  'POST /api/sessions/:id/messages': 'user',
  'POST /api/messages/:id/feedback': 'user',
  'POST /api/search': 'user',
  'GET /api/admin/audit-logs': 'admin',
  'GET /api/admin/audit-logs/verify': 'admin',
  'GET /api/admin/audit-logs/head': 'admin',
  'GET /api/admin/cache': 'admin',
  'GET /api/admin/cache/instances': 'admin',
  'GET /api/admin/cache/key': 'admin',
  'POST /api/admin/cache/invalidate': 'admin',
  'POST /api/admin/cache/warm': 'admin',
  'GET /api/admin/overview': 'admin',
  'GET /api/admin/overview/stream': 'admin',
  'GET /api/admin/performance/queries': 'admin',
  'GET /api/admin/performance/slow': 'admin',
  'GET /api/admin/performance/n-plus-one': 'admin',
  'GET /api/admin/performance/plans': 'admin',
  'GET /api/admin/performance/indexes': 'admin',
  'GET /api/admin/performance/advice': 'admin',
  'GET /api/admin/feature-flags': 'viewer',
  'POST /api/admin/feature-flags': 'admin',
  'GET /api/admin/feature-flags/:name': 'viewer',
  'PATCH /api/admin/feature-flags/:name': 'admin',
  'DELETE /api/admin/feature-flags/:name': 'admin',
  'POST /api/admin/feature-flags/:name/toggle': 'admin',
  'POST /api/admin/feature-flags/:name/kill': 'admin',
  'POST /api/admin/feature-flags/:name/revive': 'admin',
  'POST /api/admin/feature-flags/:name/archive': 'admin',
  'POST /api/admin/feature-flags/:name/unarchive': 'admin',
  'POST /api/admin/feature-flags/:name/evaluate': 'viewer',
  'GET /api/admin/feature-flags/:name/history': 'admin',
  'GET /api/admin/feature-flags/:name/overrides': 'viewer',
  'GET /api/admin/feature-flags/:name/schedule': 'viewer',
  'POST /api/admin/feature-flags/:name/schedule': 'admin',
  'GET /api/admin/feature-flags/:name/schedule/:id/preview': 'viewer',
  'POST /api/admin/feature-flags/:name/schedule/:id/cancel': 'admin',
  'GET /api/admin/users/:id/flag-overrides': 'viewer',
  'PUT /api/admin/users/:id/flag-overrides/:name': 'admin',
  'DELETE /api/admin/users/:id/flag-overrides/:name': 'admin',
  'GET /api/admin/feature-flag-segments': 'viewer',
  'GET /api/admin/feature-flag-segments/:name': 'viewer',
  'PUT /api/admin/feature-flag-segments/:name': 'admin',
  'DELETE /api/admin/feature-flag-segments/:name': 'admin',
  'GET /api/admin/kb/documents': 'viewer',
  'POST /api/admin/kb/documents': 'admin',
  'GET /api/admin/kb/documents/:id': 'viewer',
  'GET /api/admin/kb/documents/:id/summary': 'viewer',
  'PUT /api/admin/kb/documents/:id': 'admin',
  'DELETE /api/admin/kb/documents/:id': 'admin',
  'POST /api/admin/kb/documents/:id/reindex': 'admin',
  'GET /api/flags': 'user',
  'GET /api/flags/:name': 'user',
  'POST /ofrep/v1/evaluate/flags': 'user',
  'POST /ofrep/v1/evaluate/flags/:key': 'user',
  'GET /ofrep/v1/events': 'ticket',
}

const allowed: Record<RouteAccess, readonly string[]> = {
  ticket: [],
  console: [],
  public: ['nobody', 'user', 'viewer', 'admin'],
  metrics: ['scraper'],
  user: ['user', 'viewer', 'admin'],
  viewer: ['viewer', 'admin'],
  admin: ['admin'],
}

const ofNoToken: ReadonlySet<RouteAccess> = new Set(['public', 'console'])
const ofOwnTokens: ReadonlySet<RouteAccess> = new Set(['metrics', 'ticket'])

const metricsToken = 'token of the scraper'

const isStream = (route: string) => /\/(stream|events)$/.test(route)

/** Fastify's own account of its routes, which knows those that no hook saw. */
function registeredRoutes(tree: string): string[] {
  const path: string[] = []
  return tree.split('\n').flatMap(line => {
    const match = /^([│ ]*)[├└]── (.*) \((.*)\)$/.exec(line)
    if (!match) return []
    const depth = match[1]!.length / 4
    path.length = depth
    path.push(match[2]!)
    // The account forgets the part of a path before a wildcard that it shares with other paths.
    const url = path.join('').replace('/docs/*', '/docs/static/*').replace('/console*', '/console/*')
    return match[3]!.split(', ').map(method => `${method} ${url}`)
  })
}

describe('every route', () => {
  let test: TestApp
  let routes: string[]

  beforeAll(async () => {
    test = await openTestApp({ overrides: { metricsToken } })
    await test.flags.warmCache()
    routes = registeredRoutes(test.app.printRoutes({ commonPrefix: false }))
  })
  afterAll(() => test.close())

  it('is one that is meant to be, with the access that is meant', () => {
    const heads = Object.entries(intended)
      .filter(([route]) => route.startsWith('GET ') && !isStream(route)) // a stream has no head alone
      .map(([route, access]) => [route.replace('GET', 'HEAD'), access])
    expect(routes.toSorted()).toEqual(
      [...Object.keys(intended), ...heads.map(([route]) => route!)].toSorted(),
    )
    const table: readonly RegisteredRoute[] = test.app.routeTable
    for (const { method, url, access } of table)
      expect(access, `${method} ${url}`).toBe(intended[`${method.replace('HEAD', 'GET')} ${url}`])
  })

  it('answers those it is for, and nobody else', async () => {
    const answers: Record<string, string[]> = {}
    for (const route of routes) {
      const [method, url] = route.split(' ') as [string, string]
      answers[route] = []
      for (const who of ['nobody', ...roles, 'scraper'] as const) {
        const { statusCode } = await send(method, url, await tokenFor(who, url))
        expect([200, 201, 202, 204, 302, 400, 404, 409, 415, 401, 403], `${route} as ${who}`).toContain(
          statusCode,
        )
        if (statusCode !== 401 && statusCode !== 403) answers[route].push(who)
        else
          expect(statusCode, `${route} as ${who}`).toBe(
            refusalOf(intended[route.replace('HEAD', 'GET')]!, who),
          )
      }
    }
    for (const [route, who] of Object.entries(answers)) {
      const access = intended[route.replace('HEAD', 'GET')]!
      expect(
        who.filter(one => access === 'metrics' || one !== 'scraper'),
        route,
      ).toEqual(allowed[access])
    }
  })

  it('refuses every token that is not, or no longer, one of ours', async () => {
    const { email } = test.users.admin
    const fresh = () => test.auth.login(gatewayActor('test'), email, password)
    const [ended, alive] = [await fresh(), await fresh()]
    const { sessionId } = await test.auth.verify(ended.accessToken)
    await test.auth.logout({ ...gatewayActor('test'), userId: ended.user.id, role: 'admin' }, sessionId)
    const claims = decodeJwt(alive.accessToken)
    const forge = (change: object) =>
      new SignJWT({ ...claims, ...change })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .sign(new TextEncoder().encode(tokenSecret))
    const [head, body, signature] = alive.accessToken.split('.') as [string, string, string]
    const otherUser = Buffer.from(JSON.stringify({ ...claims, sub: test.users.user.id })).toString(
      'base64url',
    )
    const refused = {
      revoked: ended.accessToken,
      expired: await forge({ iat: claims.iat! - 1000, exp: claims.iat! - 100 }),
      'of another audience': await forge({ aud: 'another-api' }),
      'with another user in it': `${head}.${otherUser}.${signature}`,
      'with another signature': `${head}.${body}.${signature.replace(/^./, c => (c === 'A' ? 'B' : 'A'))}`,
      'of refreshing': alive.refreshToken,
    }
    for (const route of routes) {
      if (ofNoToken.has(intended[route.replace('HEAD', 'GET')]!)) continue
      const [method, url] = route.split(' ') as [string, string]
      for (const [name, token] of Object.entries(refused))
        expect((await send(method, url, token)).statusCode, `${route}: ${name}`).toBe(401)
    }
    expect((await send('GET', '/api/auth/me', await forge({}))).statusCode, 'the forgery itself').toBe(200)
  })

  it('that changes something refuses the console’s cookie without the console’s header', async () => {
    const cookie = `voiceassist=${test.users.admin.token}`
    const ofCookies = new Set<RouteAccess>(['user', 'viewer', 'admin', 'console'])
    for (const route of routes) {
      const access = intended[route.replace('HEAD', 'GET')]!
      if (!ofCookies.has(access)) continue
      const [method, url] = route.split(' ') as [string, string]
      const answer = await sendWith(method, url, { cookie })
      if (method === 'GET' || method === 'HEAD') expect([401, 403], route).not.toContain(answer.statusCode)
      else expect([answer.statusCode, answer.json().code], route).toEqual([403, 'CSRF_REFUSED'])
    }
  })

  function send(method: string, url: string, token: string | undefined) {
    return sendWith(method, url, token === undefined ? {} : { authorization: `Bearer ${token}` })
  }

  /** Of a stream, which has no end, only its head. */
  async function sendWith(method: string, url: string, headers: Record<string, string>) {
    const answer = await test.app.inject({
      method: method as 'GET',
      url: url.replaceAll(/:\w+/g, () => randomUUID()).replace('*', 'swagger-ui.css'),
      headers,
      payloadAsStream: isStream(url),
    })
    if (isStream(url)) answer.stream().destroy()
    return answer
  }

  /** Whoever logs out needs a login of their own for it. */
  async function tokenFor(who: 'nobody' | 'scraper' | TestRole, url: string): Promise<string | undefined> {
    if (who === 'scraper') return metricsToken
    if (who === 'nobody') return undefined
    const { email, token } = test.users[who]
    return url.endsWith('/logout')
      ? (await test.auth.login(gatewayActor('test'), email, password)).accessToken
      : token
  }

  function refusalOf(access: RouteAccess, who: string): number {
    if (access === 'console') return 403 // without its header
    const isKnown = (roles as readonly string[]).includes(who)
    return isKnown && !ofOwnTokens.has(access) ? 403 : 401
  }
})

describe('a route without a declared access', () => {
  const options = {
    tokens: { verify: () => Promise.reject(new Error('not asked')) },
    tickets: { verify: () => Promise.reject(new Error('not asked')) },
    refuseMetrics: () => {},
  }

  it('is refused when it is registered', async () => {
    const app = fastify()
    await app.register(routeAccess, options)
    expect(() => app.get('/forgotten', async () => 'secret')).toThrow(/GET \/forgotten declares no access/)
    expect(() => app.get('/open', { config: { access: 'public' } }, async () => 'hello')).not.toThrow()
  })

  it('is refused when it comes with a library, unless the library’s scope declares it', async () => {
    const app = fastify()
    await app.register(routeAccess, options)
    await expect(app.register(async scope => void scope.get('/theirs', async () => ''))).rejects.toThrow(
      /no access/,
    )
  })
})
