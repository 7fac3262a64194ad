import { describeDatabases, eventually, tempDatabase } from '@voiceassist/testkit'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type QueryEvent, queryChannel } from '#src/profiler-events'
import { setupQueryProfiling } from '#src/setup-query-profiling'

describeDatabases('a profiled pool', kind => {
  let temp: Awaited<ReturnType<typeof tempDatabase>>
  let pool: pg.Pool
  beforeAll(async () => {
    temp = await tempDatabase({ kind, migrated: false })
    pool = (await temp.open()).pool as unknown as pg.Pool
    await pool.query('create table notes (id bigint primary key, owner bigint not null, body text not null)')
    await pool.query(
      `insert into notes select n, n % 5000, repeat('x', 100) from generate_series(1, 50000) as n`,
    )
    await pool.query('analyze notes')
  })
  afterAll(() => temp.close())

  test('reports its queries, what is slow, what is repeated, and advises', async () => {
    const logged: object[] = []
    const profiler = setupQueryProfiling(pool, {
      slowQueryThresholdMs: 1,
      nPlusOneThreshold: 5,
      logger: { warn: fields => logged.push(fields) },
    })
    expect(setupQueryProfiling(pool)).toBe(profiler)
    const found = await profiler.runInRequest({ id: 'r1', route: 'GET /notes' }, async () => {
      let rows = 0
      const { rows: owners } = await pool.query('select distinct owner from notes where owner < $1', [6])
      for (const { owner } of owners)
        rows += (await pool.query('select * from notes where owner = $1', [owner])).rowCount ?? 0
      return rows
    })
    expect(found).toBe(60)
    const report = profiler.report()
    const [first] = report.nPlusOne
    expect(first).toMatchObject({
      kind: 'n-plus-one',
      route: 'GET /notes',
      count: 6,
      parent: { rows: 6 },
      callSite: { file: expect.stringContaining('setup-query-profiling.test') },
    })
    expect(report.queries.find(({ fingerprint }) => fingerprint === first?.fingerprint)).toMatchObject({
      calls: 6,
      rows: 60,
      type: 'select',
      tables: ['notes'],
      route: 'GET /notes',
    })
    expect(report.slow.length).toBeGreaterThan(0)
    expect(logged.length).toBeGreaterThan(0)
    expect(profiler.stats()).toMatchObject({ active: 0, nPlusOne: { 'n-plus-one': 1 } })
    const advice = await profiler.advise()
    expect(advice.indexes).toEqual([
      expect.objectContaining({ action: 'create', ddl: expect.stringContaining('(owner)') }),
    ])
    await profiler.close()
    await pool.query('select 1')
    expect(profiler.report().queries).toEqual(report.queries)
    await expect(profiler.advise()).rejects.toMatchObject({ code: 'PROFILER_CLOSED' })
    expect(Object.hasOwn(pool, 'query')).toBe(false)
  })

  test('tells tracers each query, with the object that its request was opened with', async () => {
    const profiler = setupQueryProfiling(pool)
    const told: QueryEvent[] = []
    const listen = (message: unknown) => void told.push(message as QueryEvent)
    queryChannel.subscribe(listen)
    const request = { id: 'r1', route: 'GET /notes', own: true }
    await profiler.runInRequest(request, () => pool.query('select $1::text', ['secret']))
    queryChannel.unsubscribe(listen)
    await profiler.runInRequest(request, () => pool.query('select 1'))
    await profiler.close()
    expect(told).toEqual([expect.objectContaining({ rows: 1, sqlState: undefined })])
    expect(told[0]?.request).toBe(request)
    expect(JSON.stringify(told)).not.toContain('secret')
  })

  test('has a slow query explained, and says what is the matter', async () => {
    const profiler = setupQueryProfiling(pool, { slowQueryThresholdMs: 1 })
    await pool.query('select count(*) from notes where body like $1', ['%a%'])
    await eventually(() => expect(profiler.plans()).not.toHaveLength(0))
    expect(JSON.stringify(profiler.plans())).not.toContain('%a%')
    await profiler.close()
  })
})

describe('what is profiled', () => {
  test('is a pool or a client', () => {
    expect(() => setupQueryProfiling({})).toThrow(
      expect.objectContaining({ code: 'PROFILER_TARGET_UNSUPPORTED' }),
    )
    expect(() => setupQueryProfiling(new pg.Client(), { nPlusOneThreshold: 0 })).toThrow(
      expect.objectContaining({ code: 'PROFILER_OPTION_INVALID', field: 'nPlusOneThreshold' }),
    )
  })
})
