import { cacheChannel, timedHitEvery } from '@voiceassist/cache'
import { type RagEvent, ragCacheChannel } from '@voiceassist/rag-cache'
import { eventually, hasServer } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { catalogue } from '#src/metrics/catalogue'
import { byFlag, byRoute, type Metric } from '#src/metrics/metric'
import { type CachedApp, openCachedApp } from '../http/support/cached-app.js'
import { scrape } from './scrape.js'

const metrics: Metric[] = Object.values(catalogue).flatMap(group => Object.values<Metric>(group))
/** What cannot be made to change: that it says something is all. */
const steady = new Set(['voiceassist_db_pool_size', 'voiceassist_thread_count'])
/** Falls when no cache of the process hears of its second tier: `cache-metrics.test.ts` has it, where there is none. */
const elsewhere = 'cache_remote_up'
const ragEvents: readonly RagEvent[] = [
  { kind: 'miss', type: 'search_results', durationMs: 900 },
  { kind: 'hit', type: 'search_results', savedMs: 899 },
  { kind: 'invalidation', by: 'document', dropped: 1, kept: 0 },
  { kind: 'outdated' },
  { kind: 'reuse', outcome: 'served' },
]
const timeout = 120_000

describe.skipIf(!hasServer())('the metrics of a gateway', () => {
  let open: CachedApp
  beforeAll(async () => {
    open = await openCachedApp('server', { slowQueryThresholdMs: 1, nPlusOneThreshold: 10, explain: 'off' })
  }, timeout)
  afterAll(() => open?.close(), timeout)

  const asks = async (method: string, url: string, payload?: object) => {
    let answer = await open.call<{ id: string }>(method, url, payload)
    // A process that cannot keep up says so.
    while (answer.status === 503) answer = await open.call(method, url, payload)
    expect(answer.status, `${method} ${url} ${JSON.stringify(answer.body)}`).toBeLessThan(300)
    return answer
  }

  /** All that a metric counts, once at least. */
  async function driveEverything(look: () => Promise<unknown>): Promise<void> {
    const { pool } = open.database
    const session = (await asks('POST', '/api/sessions', { title: 'one' })).body.id
    for (let n = 0; n < 3; n++) await asks('GET', '/api/sessions')
    await asks('POST', `/api/sessions/${session}/messages`, { content: 'What of fever?' })
    open.services.answerTally.count('generated', 1)
    await asks('GET', '/api/admin/audit-logs/verify')
    await open.profiler!.runInRequest({ id: 'bad', route: 'GET /bad' }, async () => {
      await pool.query('select count(*) from generate_series(1, 100000)')
      await pool.query('select 1 / 0').catch(() => {})
      for (let n = 0; n < 12; n++) await pool.query('select id from users where email = $1', [`u${n}`])
    })
    const { cache } = open.gateway
    await cache.getOrSet('rag_document:one', async () => 'value')
    for (let n = 0; n < timedHitEvery; n++) await cache.get('rag_document:one')
    await look()
    await cache.clear('rag_document')
    await open.flags.isEnabled('rbac_enforcement')
    await open.flags.isEnabled('rbac_enforcement')
    for (const event of ragEvents) ragCacheChannel.publish(event)
    await cache.get('rag_document:one')
    // A stale read is a fault that no call brings about.
    cacheChannel.publish({ kind: 'stale-read', namespace: 'rag_document' })
    cacheChannel.publish({ kind: 'breaker', open: true })
    open.cut()
    await open.run(`update sessions set title = 'by SQL'`)
  }

  it(
    'are those of the catalogue, with its labels, and each moves when what it counts happens',
    async () => {
      const before = await scrape(open.app)
      expect([...before.types.keys()].sort()).toEqual(metrics.flatMap(({ names }) => names).sort())
      for (const { names, type, labels } of metrics)
        for (const name of names) {
          expect(before.types.get(name), name).toBe(type)
          if (type !== 'counter') continue
          if (Object.values(labels).includes(byFlag)) continue // there are none
          for (const [label, values] of Object.entries(labels))
            for (const value of values === byRoute || label === 'method' ? [] : values)
              expect(before.valueOf(name, { [label]: value }), `${name} ${value}`).toBeDefined()
        }
      const still = new Set(
        metrics.flatMap(({ names }) => names).filter(name => !steady.has(name) && name !== elsewhere),
      )
      const look = async () => {
        const now = await scrape(open.app)
        for (const name of still) if (now.linesOf(name) !== before.linesOf(name)) still.delete(name)
        return now
      }
      await driveEverything(look)
      const clients = await Promise.all(Array.from({ length: 21 }, () => open.database.pool.connect()))
      const [holder, waiter] = clients
      await holder!.query('select pg_advisory_lock(7)')
      const waiting = waiter!.query('select pg_advisory_lock(7)')
      try {
        await eventually(async () => {
          const after = await look()
          expect([...still]).toEqual([])
          for (const name of steady) expect(after.valueOf(name), name).toBeGreaterThan(0)
          for (const { names, labels } of metrics)
            for (const { name, labels: found } of after.samples)
              if (names.some(own => name === own || name === `${own}_sum` || name === `${own}_count`)) {
                expect(Object.keys(found).sort(), name).toEqual(Object.keys(labels).sort())
                for (const [label, values] of Object.entries(labels))
                  if (values !== byRoute && values !== byFlag)
                    expect(values, `${name} ${label}`).toContain(found[label])
              }
        })
      } finally {
        await holder!.query('select pg_advisory_unlock(7)')
        await waiting
        await waiter!.query('select pg_advisory_unlock(7)')
        for (const client of clients) client.release()
        open.reconnect()
        cacheChannel.publish({ kind: 'breaker', open: false })
      }
    },
    timeout,
  )

  it('tell what one endpoint cost', async () => {
    const endpoint = 'GET /api/admin/audit-logs'
    const counts = async () => {
      const found = await scrape(open.app)
      return {
        queries: found.valueOf('voiceassist_endpoint_query_count_total', { endpoint }) ?? 0,
        requests: found.valueOf('voiceassist_endpoint_query_count_count', { endpoint }) ?? 0,
        database: found.valueOf('voiceassist_endpoint_database_time_seconds_sum', { endpoint }) ?? 0,
        cache: found.valueOf('voiceassist_endpoint_cache_time_seconds_sum', { endpoint }) ?? 0,
        p95: found.valueOf('voiceassist_response_time_p95_seconds', { endpoint }),
        counted: found.valueOf('voiceassist_http_requests_total', {
          method: 'GET',
          route: '/api/admin/audit-logs',
          status_class: '2xx',
        }),
      }
    }
    await asks('GET', '/api/admin/kb/documents')
    expect(await counts()).toEqual({
      queries: 0,
      requests: 0,
      database: 0,
      cache: 0,
      p95: undefined,
      counted: 0,
    })
    await asks('GET', '/api/admin/audit-logs')
    await asks('GET', '/api/admin/audit-logs')
    const after = await counts()
    expect(after).toMatchObject({ requests: 2, counted: 2 })
    expect(after.queries).toBeGreaterThanOrEqual(4)
    expect(after.database).toBeGreaterThan(0)
    expect(after.p95).toBeGreaterThan(0)
  })

  it('count no miss in memory for what is kept out of memory', async () => {
    await eventually(() => expect(open.gateway.isCurrent()).toBe(true))
    await asks('GET', '/api/auth/me')
    const found = await scrape(open.app)
    const of = (cache_layer: string) => ({ cache_layer, cache_key_prefix: 'user' })
    expect(found.valueOf('cache_hits_total', of('remote'))).toBeGreaterThan(0)
    expect(found.valueOf('cache_misses_total', of('memory'))).toBe(0)
    expect(found.valueOf('voiceassist_cache_hit_rate_percent', of('memory'))).toBeUndefined()
  })
})
