import { readFileSync } from 'node:fs'
import { ragCacheChannel } from '@voiceassist/rag-cache'
import {
  eventually,
  hasPrometheus,
  hasServer,
  type PrometheusSeries,
  type PrometheusServer,
  startPrometheus,
} from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { type CachedApp, openCachedApp } from '../http/support/cached-app.js'

const timeout = 120_000
const root = new URL('../../../../', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, root), 'utf8')

interface Panel {
  readonly title: string
  readonly targets: readonly { readonly expr: string }[]
}
const { panels } = JSON.parse(read('dashboards/performance-metrics.json')) as { panels: Panel[] }
const rules = read('alerts/voiceassist-performance.yml')
const alerts = (parse(rules) as { groups: { rules: { alert: string; expr: string }[] }[] }).groups.flatMap(
  group => group.rules,
)

describe.skipIf(!hasServer() || !hasPrometheus())('a Prometheus that scrapes a gateway', () => {
  let open: CachedApp
  let prometheus: PrometheusServer
  beforeAll(async () => {
    open = await openCachedApp('server', { slowQueryThresholdMs: 1, nPlusOneThreshold: 10, explain: 'off' })
    const { pool } = open.database
    // A search as bad as can be: a slow query, and one for each of many rows.
    vi.spyOn(open.services.search, 'search').mockImplementation(async () => {
      await pool.query('select count(*) from generate_series(1, 50000)')
      for (let n = 0; n < 12; n++) await pool.query('select id from users where email = $1', [`u${n}`])
      return { hits: [], from: 'search', timing: { embeddingMs: 0, searchMs: 0 } }
    })
    const address = new URL(await open.app.listen({ host: '127.0.0.1', port: 0 }))
    prometheus = await startPrometheus({ targets: [address.host], rules })
  }, timeout)
  afterAll(async () => {
    await prometheus?.close()
    await open?.close()
  }, timeout)

  /** Reads, writes, misses, hits in both tiers and what is deliberately bad. */
  async function mixedLoad(): Promise<void> {
    const { cache } = open.gateway
    const asks = (method: string, url: string, payload?: object) => open.call(method, url, payload)
    await asks('POST', '/api/sessions', { title: 'one' })
    for (let n = 0; n < 3; n++) await asks('GET', '/api/sessions')
    await asks('GET', '/api/admin/kb/documents')
    await asks('POST', '/api/search', { query: 'fever', topK: 3 })
    await cache.getOrSet('rag_document:one', async () => 'value')
    for (let n = 0; n < 300; n++) await cache.get('rag_document:one')
    await asks('GET', '/api/admin/audit-logs/verify')
    await open.flags.isEnabled('rbac_enforcement')
    ragCacheChannel.publish({ kind: 'hit', type: 'search_results', savedMs: 900 })
  }

  const seriesOf = async (expr: string): Promise<readonly PrometheusSeries[]> => {
    const found = await prometheus.query(expr.replaceAll(/\$(instance|namespace)\b/g, '.*'))
    for (const { value } of found) expect(Number.isNaN(value), `${expr} is not a number`).toBe(false)
    return found
  }

  it(
    'has series with values for each expression of each panel, and for each alert',
    async () => {
      const patient = { timeout: 60_000, interval: 500 }
      await vi.waitFor(async () => {
        await mixedLoad()
        for (const { title, targets } of panels)
          for (const { expr } of targets)
            expect((await seriesOf(expr)).length, `${title}: ${expr}`).toBeGreaterThan(0)
      }, patient)
      const figure = async (expr: string, labels: Record<string, string>) =>
        (await seriesOf(expr)).find(({ metric }) =>
          Object.entries(labels).every(([name, value]) => metric[name] === value),
        )?.value ?? 0
      const exprOf = (title: string, at = 0) => panels.find(panel => panel.title === title)!.targets[at]!.expr
      for (const [title, labels] of [
        ['Slow Queries per Minute', { query_type: 'select' }],
        ['N+1 Query Warnings', { kind: 'n-plus-one' }],
        ['Database Queries per Second', { query_type: 'insert' }],
        ['Cache Hit Rates', { cache_layer: 'memory', cache_key_prefix: 'rag_document' }],
        ['Cache Operation Latency', { cache_layer: 'memory', operation: 'hit' }],
        ['Top 10 Slowest Endpoints', { endpoint: 'POST /api/search' }],
      ] as const)
        expect(await figure(exprOf(title), labels), title).toBeGreaterThan(0)
      for (const { alert, expr } of alerts) {
        // What is compared has a value, whether it is over the limit or not.
        const compared = expr.replace(/ (?:[<>]|==) [\d.]+$/, '')
        expect(compared).not.toBe(expr)
        const found = await prometheus.query(compared)
        expect(
          found.filter(({ value }) => !Number.isNaN(value)).length,
          `${alert}: ${compared}`,
        ).toBeGreaterThan(0)
      }
      await eventually(async () => {
        const states = await prometheus.rules()
        for (const { alert } of alerts) expect(states[alert], alert).toEqual({ health: 'ok', lastError: '' })
      })
    },
    timeout,
  )
})
