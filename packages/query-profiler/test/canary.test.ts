import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type DatabaseKind, eventually, hasServer } from '@voiceassist/testkit'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { DatabaseSession } from '#src/advice/database-session'
import type { QueryProfiler } from '#src/profiler'
import type { ProfilerOptions } from '#src/profiler-options'
import { setupQueryProfiling } from '#src/setup-query-profiling'
import { patient, schema, traceIn } from './canary/patient.js'
import { attempt, plantAll, planted, slow as slowQueries } from './canary/planted.js'
import { testDatabase } from './capture/test-database.js'

/** All that leaves a profiler by itself, kept as it came. */
class Outlets {
  readonly seen: { readonly from: string; readonly what: unknown }[] = []
  readonly #spies = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')]
  readonly #warned = (warning: Error) => this.add('warning', warning)
  readonly #published = (message: unknown, name: string | symbol) => this.add(String(name), message)
  readonly logger = { warn: (...told: unknown[]) => this.add('logger', told) }

  constructor() {
    process.on('warning', this.#warned)
    for (const name of channels) subscribe(name, this.#published)
  }

  add(from: string, what: unknown): void {
    this.seen.push({ from, what })
  }

  close(): void {
    for (const [at, from] of ['stdout', 'stderr'].entries())
      for (const [text] of this.#spies[at]!.mock.calls) this.add(from, String(text))
    for (const spy of this.#spies) spy.mockRestore()
    process.off('warning', this.#warned)
    for (const name of channels) unsubscribe(name, this.#published)
  }

  count(from: string): number {
    return this.seen.filter(one => one.from === from).length
  }
}

const channels = ['voiceassist:query-profiler', 'voiceassist:query-profiler:query']

/** Also what an error carries that JSON does not show. */
async function outcome<T>(work: () => T | Promise<T>): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    return { error, text: String(error), stack: (error as Error).stack, cause: (error as Error).cause }
  }
}

async function askAll(profiler: QueryProfiler, outlets: Outlets, scratch?: DatabaseSession): Promise<void> {
  const ask = async (from: string, work: () => unknown) => outlets.add(from, await outcome(work))
  await ask('report', () => profiler.report())
  await ask('stats', () => profiler.stats())
  await ask('plans', () => profiler.plans())
  await ask('planChanges', () => profiler.planChanges())
  await ask('workload', () => profiler.workload())
  await ask('advise', () =>
    profiler.advise({
      onProgress: (...progress) => outlets.add('progress', progress),
      ...(scratch && { scratch }),
    }),
  )
  await ask('indexes', () => profiler.indexes())
  for (const [sql] of [...slowQueries, ...planted]) await ask('predict', () => profiler.predict(sql))
}

interface Setting {
  readonly kind: DatabaseKind
  readonly options: ProfilerOptions
  readonly extra?: string
  readonly withScratch?: boolean
}

const settings: readonly (readonly [string, Setting])[] = [
  ['on PGlite', { kind: 'pglite', options: {} }],
  ['with statistics only', { kind: 'server', options: {} }],
  ['with HypoPG', { kind: 'server', options: { explain: 'plan' }, extra: 'create extension hypopg' }],
  [
    'with a scratch, and every plan run with its values',
    { kind: 'server', options: { explain: 'analyze', explainWithParameters: true }, withScratch: true },
  ],
]

describe.each(settings)('a name of a patient, %s,', (_, { kind, options, extra, withScratch = false }) => {
  let outlets: Outlets
  const ends: (() => Promise<unknown>)[] = []
  beforeEach(() => {
    outlets = new Outlets()
  })
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
  })

  async function open(): Promise<pg.Pool> {
    const database = await testDatabase(kind)
    const pool = new pg.Pool({ max: 3, ...database.config, application_name: patient.name })
    pool.on('error', () => {}) // told while the database is dropped
    pool.on('error', () => {})
    ends.push(
      () => database.close(),
      () => pool.end(),
    )
    if (extra) await pool.query(extra)
    for (const sql of schema) await pool.query(sql)
    return pool
  }

  test.skipIf(kind === 'server' && !hasServer())(
    'leaves by no way',
    async () => {
      const pool = await open()
      const scratch = withScratch ? await (await open()).connect() : undefined
      const profiler = setupQueryProfiling(pool, {
        slowQueryThresholdMs: 1,
        nPlusOneThreshold: 5,
        logger: outlets.logger,
        ...options,
      })
      for (const one of slowQueries.toReversed()) await attempt(pool, one)
      await eventually(() => expect(profiler.plans().length).toBeGreaterThan(0))
      if (kind === 'server')
        await eventually(() => expect(profiler.report().findings.length).toBeGreaterThan(0))
      await profiler.runInRequest({ id: 'r1', route: 'GET /one' }, () =>
        plantAll(pool, { ofServer: kind === 'server' }),
      )
      await plantAll(pool, { ofServer: kind === 'server' })
      await askAll(profiler, outlets, scratch as DatabaseSession | undefined)
      scratch?.release()
      outlets.add(
        'runInRequest',
        await outcome(() => profiler.runInRequest({ id: 'r2', route: 'GET /two' }, async () => {})),
      )
      await profiler.close()
      await askAll(profiler, outlets)
      outlets.add('profiler', profiler)
      outlets.close()
      const found = outlets.seen.flatMap(({ from, what }) => {
        const trace = traceIn(what)
        return trace === undefined ? [] : [`${from}: ${trace}`]
      })
      expect([...new Set(found)].slice(0, 20)).toEqual([])
      expect(outlets.count('voiceassist:query-profiler:query')).toBeGreaterThan(planted.length)
      expect(outlets.count('voiceassist:query-profiler')).toBeGreaterThan(5)
      expect(outlets.count('logger')).toBeGreaterThan(3)
      const { queries, slow, nPlusOne } = profiler.report()
      expect(queries.length).toBeGreaterThan(50)
      expect(Math.min(slow.length, nPlusOne.length)).toBeGreaterThan(0)
    },
    120_000,
  )
})
