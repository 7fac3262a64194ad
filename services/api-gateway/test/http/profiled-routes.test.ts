import { describeDatabases, eventually } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type CachedApp, openCachedApp } from './support/cached-app.js'
import { form, password } from './support/test-app.js'

const timeout = 120_000
const many = 12

describeDatabases('the gateway’s own routes', kind => {
  let open: CachedApp
  beforeAll(async () => {
    open = await openCachedApp(kind, { slowQueryThresholdMs: 100, nPlusOneThreshold: 10, explain: 'off' })
  }, timeout)
  afterAll(() => open?.close())

  const asks = async (method: string, url: string, payload?: object, status = 200) => {
    const answer = await open.call<{ id: string; items: { id: string }[] }>(method, url, payload)
    expect(answer.status, `${method} ${url} ${JSON.stringify(answer.body)}`).toBe(status)
    return answer.body
  }

  it(
    'repeat no query, and have their queries under their templates',
    async () => {
      const text = (n: number) =>
        Array.from({ length: many }, (_, part) => `# Part ${part}\n\nDocument ${n} tells of fever.`).join(
          '\n\n',
        )
      for (let n = 0; n < many; n++) {
        const { payload, headers } = form({ name: 'file', filename: `${n}.md`, value: text(n) })
        const answer = await open.app.inject({
          method: 'POST',
          url: '/api/admin/kb/documents',
          payload,
          headers: { ...headers, authorization: `Bearer ${open.admin.token}` },
        })
        expect(answer.statusCode, answer.body).toBe(201)
      }
      for (let n = 0; n < many; n++)
        await asks(
          'POST',
          '/api/admin/users',
          { email: `u${n}@example.org`, password, fullName: `U ${n}`, role: 'user' },
          201,
        )
      for (let n = 0; n < many; n++) await asks('POST', '/api/sessions', { title: `session ${n}` }, 201)
      const { items } = await asks('GET', '/api/sessions')
      const session = items[0]!.id
      for (let n = 0; n < many; n++)
        await asks('POST', `/api/sessions/${session}/messages`, { content: `What of fever ${n}?` }, 201)
      await asks('GET', `/api/sessions/${session}`)
      const messages = await asks('GET', `/api/sessions/${session}/messages`)
      await asks('GET', `/api/sessions/${session}/messages/${messages.items[0]!.id}`)
      expect(
        (
          await open.app.inject({
            url: `/api/sessions/${session}/export`,
            headers: { authorization: `Bearer ${open.admin.token}` },
          })
        ).statusCode,
      ).toBe(200)
      await asks('PATCH', `/api/sessions/${session}`, { title: 'other' })
      await asks('POST', `/api/sessions/${session}/end`)
      // Answers search by the same statement; the route that asks most often counts.
      for (let n = 0; n <= many; n++) await asks('POST', '/api/search', { query: `fever ${n}`, topK: 10 })
      await asks('POST', '/api/auth/login', { email: 'u1@example.org', password })
      await asks('GET', '/api/auth/me')
      const users = await asks('GET', '/api/admin/users')
      await asks('GET', `/api/admin/users/${users.items.find(({ id }) => id !== open.admin.id)!.id}`)
      const documents = await asks('GET', '/api/admin/kb/documents')
      const document = `/api/admin/kb/documents/${documents.items[0]!.id}`
      await asks('GET', document)
      await asks('GET', `${document}/summary`)
      await asks('POST', `${document}/reindex`)
      await asks('GET', '/api/admin/audit-logs')
      const csv = await open.app.inject({
        url: '/api/admin/audit-logs?format=csv',
        headers: { authorization: `Bearer ${open.admin.token}` },
      })
      expect(csv.statusCode).toBe(200)
      await asks('GET', '/api/admin/audit-logs/verify')
      await asks('GET', '/api/admin/cache')
      await asks('POST', '/api/admin/cache/warm', {})
      await asks('DELETE', document, undefined, 204)
      await asks('DELETE', `/api/sessions/${session}`, undefined, 204)
      const report = () => open.profiler!.report()
      expect(
        report().nPlusOne.map(({ route, sql, kind, count, callSite }) => ({
          route,
          sql,
          kind,
          count,
          callSite,
        })),
      ).toEqual([])
      const routes = new Set(report().queries.map(({ route }) => route))
      for (const route of [
        'POST /api/auth/login',
        'GET /api/sessions',
        'POST /api/sessions/:id/messages',
        'POST /api/search',
        'GET /api/admin/kb/documents',
        'GET /api/admin/audit-logs',
        'GET /api/admin/users',
      ])
        expect([...routes]).toContain(route)
      // What relays asks again and again, and for nobody; on a server over a connection that is not the pool's.
      const ofRelay = () => report().queries.filter(({ sql }) => sql.includes('cache_outbox'))
      if (kind === 'pglite') await eventually(() => expect(ofRelay().length).toBeGreaterThan(0))
      for (const { sql, route } of ofRelay()) expect(route, sql).toBe('')
    },
    timeout,
  )
})
