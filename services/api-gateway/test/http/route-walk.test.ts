import { randomUUID } from 'node:crypto'
import { fastify } from 'fastify'
import { decodeJwt, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gatewayActor } from '#src/audit/actor'
import { type RouteAccess, routeAccess } from '#src/plugins/route-access'
import type { RegisteredRoute } from '#src/plugins/route-table'
import { intended } from './support/intended-routes.js'
import { openTestApp, password, roles, type TestApp, type TestRole, tokenSecret } from './support/test-app.js'

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
