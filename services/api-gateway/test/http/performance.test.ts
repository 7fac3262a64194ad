import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import {
  indexAudit,
  nPlusOneQueries,
  profiledQueries,
  queryAdvice,
  queryPlans,
  slowQueries,
} from '@voiceassist/api-contract'
import { describeDatabases, eventually } from '@voiceassist/testkit'
import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { passage } from './support/fake-services.js'
import { eventsOf, openTestApp, type TestApp } from './support/test-app.js'

const timeout = 120_000
/** Few are that slow but those meant to be, also on a busy machine: six plans a minute are asked for, and no more than six wait. */
const slowQueryThresholdMs = 500
const schemas = {
  queries: profiledQueries,
  slow: slowQueries,
  'n-plus-one': nPlusOneQueries,
  plans: queryPlans,
  indexes: indexAudit,
  advice: queryAdvice,
} as const
const lists = ['queries', 'slow', 'n-plus-one', 'plans'] as const
const routes = Object.keys(schemas) as (keyof typeof schemas)[]
const canary = 'Smith-HIV-positive'
const file = expect.stringContaining('performance.test.ts')

describeDatabases('what the queries of the gateway tell', kind => {
  let test: TestApp
  let url: string

  beforeAll(async () => {
    test = await openTestApp({
      kind,
      profiler: { slowQueryThresholdMs, nPlusOneThreshold: 10, explain: 'plan' },
    })
    url = await test.app.listen({ port: 0, host: '127.0.0.1' })
  }, timeout)
  afterAll(() => test.close())

  async function read<Route extends keyof typeof schemas>(
    route: Route,
    query = '',
  ): Promise<Static<(typeof schemas)[Route]>> {
    const answer = await test.call('GET', `/api/admin/performance/${route}${query}`, { as: 'admin' })
    expect(answer.statusCode, answer.body).toBe(200)
    const body = answer.json()
    expect([...Value.Errors(schemas[route] as TSchema, body)], route).toEqual([])
    return body
  }

  /** Over a socket, and the body once it is waited for: it comes in calls that are of no request. */
  async function post(path: string, payload: object, headers: Record<string, string> = {}) {
    const arrived = once(test.app.server, 'request') as Promise<[IncomingMessage]>
    const sent = request(`${url}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${test.users.user.token}`,
        'content-type': 'application/json',
        ...headers,
      },
    })
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>
    sent.flushHeaders()
    const [incoming] = await arrived
    // Who is refused is answered before.
    await Promise.race([
      answered,
      eventually(() => expect(incoming.listenerCount('data')).toBeGreaterThan(0)),
    ])
    sent.end(JSON.stringify(payload))
    const [answer] = await answered
    return { status: answer.statusCode, body: await text(answer) }
  }

  async function metric(line: RegExp): Promise<number> {
    const found = line.exec((await test.call('GET', '/metrics')).body)
    expect(found, String(line)).not.toBeNull()
    return Number(found![1])
  }

  it(
    'is read by administrators only',
    async () => {
      for (const route of routes) {
        const path = `/api/admin/performance/${route}`
        expect((await test.call('GET', path)).statusCode, route).toBe(401)
        for (const as of ['user', 'viewer'] as const)
          expect((await test.call('GET', path, { as })).statusCode, route).toBe(403)
        await read(route)
      }
    },
    timeout,
  )

  it('has bounds, and says so', async () => {
    for (const route of lists)
      for (const limit of ['0', '1001', 'x', '1.5'])
        expect(
          (await test.call('GET', `/api/admin/performance/${route}?limit=${limit}`, { as: 'admin' }))
            .statusCode,
          `${route} ${limit}`,
        ).toBe(400)
    for (const route of ['indexes', 'advice'])
      expect(
        (await test.call('GET', `/api/admin/performance/${route}?limit=1`, { as: 'admin' })).statusCode,
      ).toBe(400)
    expect((await read('queries', '?limit=2')).items).toHaveLength(2)
  })

  it('names the route, the file and the line of an N+1', async () => {
    const { pool } = test.database
    const before = await metric(/db_n_plus_one_warnings_total\{kind="n-plus-one"\} (\d+)/)
    test.search.next = async () => {
      const { rows } = await pool.query('select n as id from generate_series(1, 12) n')
      for (const { id } of rows)
        await pool.query('select title from sessions where message_count = $1 and title = $2', [id, canary])
      return [passage]
    }
    try {
      expect((await post('/api/search', { query: canary })).status).toBe(200)
    } finally {
      test.search.next = undefined
    }
    await eventually(async () =>
      expect(await metric(/db_n_plus_one_warnings_total\{kind="n-plus-one"\} (\d+)/)).toBe(before + 1),
    )
    const { items } = await read('n-plus-one')
    expect(items).toEqual([
      expect.objectContaining({
        kind: 'n-plus-one',
        sql: 'select title from sessions where message_count = $1 and title = $2',
        route: 'POST /api/search',
        count: 12,
        requests: 1,
        callSite: expect.objectContaining({ file, line: expect.any(Number) }),
        parent: expect.objectContaining({ rows: 12 }),
        fix: expect.stringMatching(/message_count/),
      }),
    ])
    expect(items[0]!.callSite.line).toBeGreaterThan(90)
    expect(test.log.filter(line => line.includes('queries where one would do'))).toHaveLength(1)
  })

  it(
    'names the route and the line of a slow query, and shows its plan',
    async () => {
      const { pool } = test.database
      const before = await metric(/db_slow_queries_total\{query_type="select"\} (\d+)/)
      const { id } = (await test.call('POST', '/api/sessions', { as: 'user', payload: {} })).json()
      test.search.next = async () => {
        await pool.query(
          `select count(*) from messages m right join generate_series(1, 3000000) n on m.content = n::text
         where m.content is distinct from $1`,
          [canary],
        )
        return [passage]
      }
      try {
        const sent = await post(
          `/api/sessions/${id}/messages`,
          { content: canary },
          { accept: 'text/event-stream' },
        )
        expect(eventsOf(sent.body).at(-1)?.event, sent.body).toBe('done')
      } finally {
        test.search.next = undefined
      }
      const { items } = await read('slow')
      const slow = items.find(({ sql }) => sql.includes('generate_series'))!
      expect(slow).toMatchObject({
        route: 'POST /api/sessions/:id/messages',
        requestId: expect.any(String),
        callSite: { file },
        rule: 'threshold',
        limitMs: slowQueryThresholdMs,
      })
      expect(await metric(/db_slow_queries_total\{query_type="select"\} (\d+)/)).toBeGreaterThan(before)
      await eventually(async () => {
        const plans = (await read('plans')).items
        const plan = plans.find(({ fingerprint }) => fingerprint === slow.fingerprint)
        expect(plan?.plan).toMatchObject({ Plan: { 'Node Type': 'Aggregate' } })
      })
    },
    timeout,
  )

  it('tells what each request asks from what nobody asks', async () => {
    for (let n = 0; n < 12; n++) await test.database.pool.query('select 1 as background, $1::int', [n])
    const { items } = await read('queries', '?limit=1000')
    const routeOf = (part: string) => items.find(({ sql }) => sql.toLowerCase().includes(part))?.route
    expect(routeOf('as background')).toBe('')
    expect(routeOf('insert into "messages"')).toBe('POST /api/sessions/:id/messages')
    await test.storeReads()
    expect((await read('n-plus-one')).items.map(({ route }) => route)).toEqual(['POST /api/search'])
  })

  it('is counted for Prometheus in cumulative buckets that add up', async () => {
    const metrics = (await test.call('GET', '/metrics')).body
    const types = [...metrics.matchAll(/^db_query_count_total\{query_type="(\w+)"\} (\d+)$/gm)]
    expect(types.length).toBeGreaterThan(3)
    for (const [, type, count] of types) {
      const buckets = [
        ...metrics.matchAll(
          new RegExp(
            `^db_query_duration_seconds_bucket\\{le="([^"]+)",query_type="${type}"\\} (\\d+)$`,
            'gm',
          ),
        ),
      ]
      const counts = buckets.map(([, , value]) => Number(value))
      expect(buckets.at(-1)?.[1]).toBe('+Inf')
      expect(counts, type).toEqual(counts.toSorted((a, b) => a - b))
      expect(counts.at(-1), type).toBe(Number(count))
      expect(metrics).toContain(`db_query_duration_seconds_count{query_type="${type}"} ${count}\n`)
      expect(metrics).toContain(`db_query_duration_seconds_sum{query_type="${type}"} `)
    }
    expect(await metric(/^db_query_count_total\{query_type="select"\} (\d+)$/m)).toBeGreaterThan(20)
    // The gateway's own timers ask too.
    await expect.poll(() => metric(/^db_active_queries (\d+)$/m)).toBe(0)
    await test.database.pool.query('select nothing from nowhere').catch(() => {})
    expect(await metric(/^db_query_errors_total\{query_type="select"\} (\d+)$/m)).toBeGreaterThan(0)
  })

  it(
    'holds nothing of what was typed',
    async () => {
      const answers = await Promise.all(routes.map(async route => JSON.stringify(await read(route))))
      const metrics = (await test.call('GET', '/metrics')).body
      for (const typed of [canary, test.users.user.email, test.users.user.id]) {
        for (const said of [...answers, metrics]) expect(said).not.toContain(typed)
        expect(test.log.filter(line => line.includes(typed) && line.includes('sql'))).toEqual([])
      }
      expect(test.log.join('\n')).not.toContain(canary)
    },
    timeout,
  )
})

it('is refused with the remedy where the profiler is off', async () => {
  const test = await openTestApp()
  try {
    for (const route of routes) {
      const answer = await test.call('GET', `/api/admin/performance/${route}`, { as: 'admin' })
      expect(answer.statusCode, route).toBe(409)
      expect(answer.json()).toMatchObject({ code: 'PROFILER_DISABLED' })
      expect(answer.body).toContain('QUERY_PROFILER_ENABLED=true')
    }
    expect((await test.call('GET', '/metrics')).body).not.toContain('db_query_')
  } finally {
    await test.close()
  }
})
