import { FakeClock, seededRandom, testSeed } from '@voiceassist/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import type { QueryRecord } from '#src/capture/query-record'
import { readStatement } from '#src/fingerprint/normalise-sql'
import { type ProfilerEvent, profilerChannel } from '#src/profiler-events'
import { WorkloadStats } from '#src/stats/workload-stats'

const statement = readStatement('select * from t where a = $1')
const callSite = { file: '/app/a.ts', line: 7, function: 'load' }

function setUp(maxStatements = 100) {
  const clock = new FakeClock()
  const logged: Record<string, unknown>[] = []
  const logger = { warn: (fields: object) => void logged.push(fields as Record<string, unknown>) }
  const callSiteOf = () => callSite
  const stats = new WorkloadStats({ maxStatements, thresholdMs: 100, clock, logger, callSiteOf })
  const observe = (durationMs: number, fields: Partial<QueryRecord> = {}) => {
    const endedAtMs = 1_000_000 + clock.monotonic()
    const answeredAtMs = endedAtMs - durationMs / 2
    const sentAtMs = endedAtMs - durationMs
    return stats.observe({
      statement,
      request: undefined,
      calledAtMs: sentAtMs - 3,
      sentAtMs,
      answeredAtMs,
      endedAtMs,
      rows: 2,
      bytes: 10,
      sqlState: undefined,
      stack: undefined,
      values: ['secret'],
      ...fields,
    })
  }
  return { clock, logged, stats, observe }
}
const request = (route: string) => {
  const info = { id: 'r1', route }
  return { ...info, info, startedAtMs: 0, databaseTimeMs: 0, queries: 0 }
}

const events: ProfilerEvent[] = []
const listen = (event: unknown) => void events.push(event as ProfilerEvent)
afterEach(() => {
  profilerChannel.unsubscribe(listen)
  events.length = 0
})

test('sums, errors, the top route and place of a statement', () => {
  const { stats, observe } = setUp()
  for (const route of ['GET /a', 'GET /b', 'GET /b']) observe(10, { request: request(route) })
  observe(10, { sqlState: '23505', stack: new Error('x') })
  observe(10, { sqlState: 'ECONNRESET: secret' })
  expect(stats.queryReports()).toEqual([
    expect.objectContaining({
      calls: 5,
      errors: { 23505: 1, other: 1 },
      rows: 10,
      bytes: 50,
      waitMs: 15,
      serverMs: 25,
      decodeMs: 25,
      slow: 0,
      callSite,
      fingerprint: statement.fingerprint,
      sql: statement.sql,
    }),
  ])
  expect(stats.queryReports()[0]?.durationMs.max).toBe(10)
  expect(stats.byType.select).toMatchObject({ queries: 5, errors: 2, rows: 10, slow: 0 })
  expect(stats.byType.select.durationSum).toBeCloseTo(0.05)
  expect(stats.byType.select.waitSum).toBeCloseTo(0.015)
  expect(stats.byType.select.durationCounts[3]).toBe(5)
})

test('what was never sent, or never answered, counts as the wait before', () => {
  const { stats, observe } = setUp()
  observe(0, { calledAtMs: 900_000, sentAtMs: 0, answeredAtMs: 0, endedAtMs: 900_500 })
  observe(0, { calledAtMs: 900_000, sentAtMs: 900_000, answeredAtMs: 0, endedAtMs: 900_020 })
  observe(0, { calledAtMs: Number.NaN, sentAtMs: 900_040, answeredAtMs: 900_039, endedAtMs: 900_038 })
  expect(stats.queryReports()[0]).toMatchObject({ waitMs: 500, serverMs: 20, decodeMs: 0, slow: 0 })
})

test('5000 statements leave so many rows as there may be, one for the others, and no call uncounted', () => {
  const { stats, observe } = setUp(50)
  const random = seededRandom(testSeed('statements'))
  let calls = 0
  for (let index = 0; index < 5000; index++) {
    observe(1 + random(), { statement: { ...statement, fingerprint: String(index) } })
    observe(50)
    calls += 2
  }
  const reports = stats.queryReports()
  expect(reports).toHaveLength(51)
  expect(reports[0]).toMatchObject({ fingerprint: statement.fingerprint, calls: 5000 })
  expect(reports.at(-1)).toMatchObject({ fingerprint: 'other', calls: 5001 - 50 })
  expect(reports.reduce((sum, report) => sum + report.calls, 0)).toBe(calls)
  expect(stats.forgottenStatements).toBe(4951)
})

test('errors of a statement are bounded', () => {
  const { stats, observe } = setUp()
  for (let index = 0; index < 1000; index++) observe(1, { sqlState: String(10_000 + index) })
  const errors = stats.queryReports()[0]?.errors ?? {}
  expect(Object.keys(errors).length).toBeLessThanOrEqual(17)
  expect(errors.other).toBe(1000 - 16)
})

describe('the threshold', () => {
  test('is for server and decoding together, and never for the wait', () => {
    const { stats, observe } = setUp()
    expect(observe(99.9, { calledAtMs: 0 })).toBeUndefined()
    profilerChannel.subscribe(listen)
    const report = observe(100, { request: request('GET /a'), stack: new Error('x') })
    expect(report).toEqual({
      fingerprint: statement.fingerprint,
      sql: statement.sql,
      route: 'GET /a',
      requestId: 'r1',
      callSite,
      at: '2025-01-01T00:00:00.000Z',
      waitMs: 3,
      serverMs: 50,
      decodeMs: 50,
      rows: 2,
      rule: 'threshold',
      limitMs: 100,
    })
    expect(events).toEqual([{ kind: 'slow-query', query: { ...report, type: 'select' } }])
    expect(stats.slowReports()).toEqual([report])
    expect(stats.byType.select.slow).toBe(1)
    expect(stats.queryReports()[0]?.slow).toBe(1)
  })

  test('the last 200 are kept, newest first', () => {
    const { stats, observe } = setUp()
    for (let rows = 0; rows < 450; rows++) observe(150, { rows })
    expect(stats.slowReports().map(report => report.rows)).toEqual(
      Array.from({ length: 200 }, (_, index) => 449 - index),
    )
    expect(stats.byType.select.slow).toBe(450)
  })

  test('a statement is logged once a minute, with how many were not, and without values', async () => {
    const { clock, logged, observe } = setUp()
    for (let index = 0; index < 1000; index++) observe(150)
    await clock.advance(60_000)
    observe(150)
    expect(logged).toEqual([
      expect.objectContaining({ unlogged: 0, rule: 'threshold' }),
      expect.objectContaining({ unlogged: 999 }),
    ])
    expect(JSON.stringify(logged)).not.toContain('secret')
  })

  test('all statements together are logged 60 times a minute', async () => {
    const { clock, logged, observe, stats } = setUp(1000)
    const all = Array.from({ length: 500 }, (_, index) => ({ ...statement, fingerprint: String(index) }))
    for (const other of all) observe(150, { statement: other })
    expect(logged).toHaveLength(60)
    await clock.advance(60_000)
    for (const other of all) observe(150, { statement: other })
    expect(logged).toHaveLength(120)
    expect(stats.byType.select.slow).toBe(1000)
  })
})

describe('what is usual', () => {
  /** A minute of 60 calls that take this long. */
  const minute = async ({ clock, observe }: ReturnType<typeof setUp>, durationMs: number, minutes = 1) => {
    let slow = 0
    for (let left = minutes * 60; left > 0; left--) {
      if (observe(durationMs)) slow++
      await clock.advance(1000)
    }
    return slow
  }

  test('four times the usual is slow, once there is a minute of 50 calls', async () => {
    const given = setUp()
    expect(given.observe(60)).toBeUndefined()
    await minute(given, 10)
    given.observe(10)
    expect(given.observe(38)).toBeUndefined()
    expect(given.observe(45)).toMatchObject({ rule: 'baseline' })
    expect(Math.abs((given.stats.slowReports()[0]?.limitMs ?? 0) - 40)).toBeLessThan(2.01)
  })

  test('under 5 ms nothing is slow', async () => {
    const given = setUp()
    await minute(given, 0.1, 3)
    expect(given.observe(4.9)).toBeUndefined()
    expect(given.observe(5.1)).toMatchObject({ rule: 'baseline', limitMs: 5 })
  })

  test('few calls make no usual', async () => {
    const given = setUp()
    for (let calls = 0; calls < 49; calls++) given.observe(2)
    await given.clock.advance(600_000)
    expect(given.observe(60)).toBeUndefined()
  })

  test('a regression is not usual before a day has passed', async () => {
    const given = setUp()
    await minute(given, 10, 10)
    expect(await minute(given, 50, 23 * 60)).toBe(23 * 60 * 60)
    expect(await minute(given, 50, 3 * 60)).toBeLessThan(2 * 60 * 60)
    expect(await minute(given, 50)).toBe(0)
  })

  test('a regression that ends is one again the next time', async () => {
    const given = setUp()
    await minute(given, 10, 10)
    for (let times = 0; times < 5; times++) {
      expect(await minute(given, 50, 60)).toBe(3600)
      expect(await minute(given, 10, 60)).toBe(0)
    }
  })

  test('slow growth is followed by half in a day at most', async () => {
    const given = setUp()
    await minute(given, 10, 10)
    for (let step = 1; step <= 60; step++) await minute(given, 10 * 1.03 ** step, 5)
    expect(given.stats.statsOf(statement)?.usual.p95Ms).toBeLessThan(16.5)
    expect(given.observe(70)).toMatchObject({ rule: 'baseline' })
  })
})
