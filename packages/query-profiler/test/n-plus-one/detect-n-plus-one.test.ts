import { seededRandom, testSeed } from '@voiceassist/testkit'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import type { RequestScope } from '#src/capture/request-scope'
import { createStatementCatalog } from '#src/fingerprint/statement-catalog'
import { detectNPlusOne } from '#src/n-plus-one/detect-n-plus-one'
import { type ProfilerEvent, profilerChannel } from '#src/profiler-events'

const events: ProfilerEvent[] = []
const listen = (event: unknown) => events.push(event as ProfilerEvent)
afterEach(() => {
  profilerChannel.unsubscribe(listen)
  events.length = 0
})

const logged: object[] = []
const logger = { warn: (fields: object) => logged.push(fields) }

function detecting(threshold = 10) {
  const detector = detectNPlusOne({ threshold, logger })
  const catalog = createStatementCatalog({})
  let requests = 0
  const request = (): RequestScope => {
    const id = `request ${++requests}`
    const info = { id, route: 'GET /users' }
    return { ...info, info, startedAtMs: 0, databaseTimeMs: 0, queries: 0 }
  }
  const ask = (of: RequestScope, text: string, values: unknown[], atMs: number, rows = 1) => {
    const statement = catalog.statementOf(text)
    const call = detector.called(of, statement, text, values, atMs)
    detector.ended({
      ...{
        statement,
        request: of,
        calledAtMs: atMs,
        sentAtMs: atMs,
        answeredAtMs: atMs,
        endedAtMs: atMs + 2,
      },
      ...{ rows, bytes: 0, sqlState: undefined, stack: undefined, call, values: undefined },
    })
  }
  return { detector, request, ask }
}

const findUser = 'select * from users where id = $1'

test('counts time, requests and kinds exactly, however many it looks at', () => {
  const { detector, request, ask } = detecting()
  for (const count of [500, 20]) {
    const scope = request()
    for (let id = 0; id < count; id++) ask(scope, findUser, [id], id * 0.01)
    expect(detector.reports()[0]).toMatchObject({ count: 500 })
    detector.requestEnded(scope)
    detector.requestEnded(scope)
  }
  expect(detector.reports()).toHaveLength(1)
  expect(detector.reports()[0]).toMatchObject({
    count: 500,
    timeMs: 1000,
    requests: 2,
    requestId: 'request 2',
  })
  expect(detector.counts).toEqual({ 'n-plus-one': 2, duplicate: 0, 'write-loop': 0 })
})

test('tells of each request once, when it has ended, and logs a place once a minute', () => {
  profilerChannel.subscribe(listen)
  const { detector, request, ask } = detecting()
  logged.length = 0
  for (const startMs of [0, 30_000, 61_000]) {
    const scope = request()
    for (let id = 0; id < 12; id++) ask(scope, findUser, [id], startMs)
    expect(events.length).toBeLessThan(3)
    detector.requestEnded(scope)
  }
  expect(events.map(({ kind }) => kind)).toEqual(['n-plus-one', 'n-plus-one', 'n-plus-one'])
  expect(logged).toHaveLength(2)
})

test('without a stack of the first query it still counts it', () => {
  const { detector, request, ask } = detecting()
  for (let n = 0; n < 1100; n++) ask(request(), findUser, [n], 0)
  const scope = request()
  for (let id = 0; id < 10; id++) ask(scope, findUser, [id], 0)
  expect(detector.reports()).toMatchObject([{ count: 10, timeMs: 20 }])
})

describe('at high rates', () => {
  const captures = vi.spyOn(Error, 'captureStackTrace')
  afterAll(() => captures.mockRestore())

  /** Calls below the threshold, a millisecond apart, until nothing is left to capture stacks with. */
  function exhausted() {
    const given = detecting()
    captures.mockClear()
    for (let ms = 0; ms < 600; ms++) {
      const scope = given.request()
      for (let id = 0; id < 9; id++) given.ask(scope, findUser, [id], ms)
    }
    return given
  }

  test('20 stacks a second are captured after two thousand, and 100 where a threshold is near', () => {
    exhausted()
    // Those for where a threshold is near come into use when the others are spent, after 200 ms.
    expect(captures).toHaveBeenCalledTimes(2000 + Math.floor(599 / 50) + Math.floor((599 - 200) / 10))
  })

  test('20 a second where none is', () => {
    const { request, ask } = detecting()
    captures.mockClear()
    for (let ms = 0; ms < 2000; ms++) {
      const scope = request()
      for (let id = 0; id < 2; id++) ask(scope, findUser, [id], ms)
    }
    expect(captures).toHaveBeenCalledTimes(1800 + Math.floor(1999 / 50))
  })

  test('calls without a place count to that of others, with what they took', () => {
    const { detector, request, ask } = exhausted()
    const scope = request()
    for (let id = 0; id < 20; id++) ask(scope, findUser, [id], 610)
    for (let id = 0; id < 1000; id++) ask(scope, findUser, [id], 610)
    expect(captures.mock.calls.length).toBeLessThan(2090)
    expect(detector.reports()).toMatchObject([{ count: 1020, timeMs: 2040 }])
  })

  test('and to those of several in proportion', () => {
    const { detector, request, ask } = exhausted()
    const scope = request()
    const random = seededRandom(testSeed('places'))
    for (let ms = 600; ms < 10_600; ms += 5) {
      if (random() < 0.75) ask(scope, findUser, [ms], ms)
      else ask(scope, findUser, [ms], ms)
    }
    const counts = detector.reports().map(({ count }) => count)
    expect(counts).toHaveLength(2)
    expect(counts[0]! + counts[1]!).toBe(2000)
    expect(counts[1]! / counts[0]!).toBeGreaterThan(0.2)
    expect(counts[1]! / counts[0]!).toBeLessThan(0.5)
  })

  test('without enough places nothing is said, until a stack that is captured all the same', () => {
    const { detector, request, ask } = exhausted()
    for (let n = 0; n < 100; n++) {
      const scope = request()
      for (let id = 0; id < 9; id++) ask(scope, findUser, [id], 599)
    }
    const scope = request()
    for (let id = 0; id < 63; id++) ask(scope, findUser, [id], 599)
    expect(detector.reports()).toEqual([])
    ask(scope, findUser, [63], 599)
    expect(detector.reports()).toMatchObject([{ count: 64 }])
  })
})

test('is bounded: 256 statements a request', () => {
  const { detector, request, ask } = detecting(2)
  const scope = request()
  for (let n = 0; n < 300; n++) ask(scope, `select a_${'x'.repeat(n)} from t where id = $1`, [n], 0)
  expect(detector.overflow).toBe(300 - 256)
})

test('is bounded: 500 places', () => {
  const { detector, request, ask } = detecting(2)
  for (let n = 0; n < 510; n++) {
    const scope = request()
    for (const id of [1, 2, 3]) ask(scope, `select a_${'x'.repeat(n)} from t where id = $1`, [id], n * 50)
    detector.requestEnded(scope)
  }
  expect(detector.reports()).toHaveLength(500)
  expect(detector.overflow).toBe(10)
  expect(detector.counts['n-plus-one']).toBe(510)
})

test('a threshold beyond what is kept unread is reached all the same', () => {
  const { detector, request, ask } = detecting(200)
  const scope = request()
  for (let id = 0; id < 200; id++) {
    expect(detector.reports()).toEqual([])
    ask(scope, findUser, [id], 0)
  }
  expect(detector.reports()).toMatchObject([{ count: 200 }])
})

test.each([
  [findUser, 'Read the rows of users in one query: WHERE id = ANY($1), with an array.'],
  [
    'select * from roles where user_id = $1 and kind = $2',
    '(user_id, kind) IN (SELECT * FROM unnest($1, $2))',
  ],
  ['insert into tags (name) values ($1)', 'in one INSERT'],
  ['update users set name = $2 where id = $1', 'UPDATE … FROM unnest($1, $2, …) AS v'],
  ['delete from tags where name = $1', 'WHERE name = ANY($1)'],
])('says how to fix %s', (text, fix) => {
  const { detector, request, ask } = detecting()
  const scope = request()
  for (let n = 0; n < 12; n++) ask(scope, text, [n, n + 1], 0)
  expect(detector.reports()[0]!.fix).toContain(fix)
})

test('names the query before them that returned as many rows, and joins it', () => {
  const { detector, request, ask } = detecting()
  const scope = request()
  ask(scope, 'select * from sessions', [], 0, 12)
  ask(scope, 'select count(*) from sessions', [], 3, 1)
  for (let id = 0; id < 12; id++) ask(scope, findUser, [id], 5)
  const [report] = detector.reports()
  expect(report!.parent).toMatchObject({ sql: 'select * from sessions', rows: 12 })
  expect(report!.fix).toContain('join it to the query of sessions')
})

test('takes any parameter, and keeps none of them in a report', () => {
  const { detector, request, ask } = detecting()
  const scope = request()
  const hostile = {
    get secret() {
      throw new Error('secret')
    },
  }
  const cyclic: unknown[] = []
  cyclic.push(cyclic)
  for (let n = 0; n < 12; n++)
    ask(scope, findUser, [hostile, cyclic, 1n, Symbol('secret'), 'secret'.repeat(9999), n], 0)
  expect(detector.reports()).toMatchObject([{ kind: 'n-plus-one', count: 12 }])
  expect(JSON.stringify(detector.reports())).not.toContain('secret')
})
