import { FakeClock, gate, seededRandom, testSeed } from '@voiceassist/testkit'
import { describe, expect, test } from 'vitest'
import { AutoExplain, type AutoExplainOptions } from '#src/plan/auto-explain'
import type { ExplainRequest, ExplainResult } from '#src/plan/explainer'
import { eventsOf, planWith, statement } from './statements.js'

const minute = 60_000
const planned: ExplainResult = { plan: planWith({}), generic: true }
const failed: ExplainResult = { skipped: 'failed', reason: 'down' }

function setUp(given: Partial<AutoExplainOptions> = {}) {
  const clock = new FakeClock()
  const asked: { sql: string; atMs: number; request: ExplainRequest }[] = []
  const found: string[] = []
  const world = { answer: planned as ExplainResult, isBusy: false, wait: Promise.resolve() }
  const explainer = {
    async explain(request: ExplainRequest) {
      asked.push({ sql: request.sql, atMs: clock.monotonic(), request })
      await world.wait
      return world.answer
    },
    close: async () => {},
  }
  const auto = new AutoExplain({
    ...{ explainer, clock, analyze: false, isBusy: () => world.isBusy, random: () => 0 },
    found: ({ fingerprint }) => found.push(fingerprint),
    ...given,
  })
  const offer = (fingerprint: string, why: 'slow' | 'changed' = 'slow') =>
    auto.offer({ statement: statement(fingerprint), text: fingerprint }, why)
  return { clock, asked, found, world, auto, offer }
}

const outcomesOf = (events: readonly object[]) =>
  events.map(event => ('outcome' in event ? event.outcome : event))

describe('statements that are explained unasked', () => {
  test('one is explained soon, but not where it was offered', async () => {
    const { clock, asked, found, auto } = setUp()
    const events = await eventsOf(async () => {
      auto.offer({ statement: statement('a'), text: 'select $1', values: ['CANARY'] }, 'slow')
      expect(asked).toEqual([])
      await clock.advance(0)
    })
    expect(asked.map(one => one.request)).toEqual([{ sql: 'select $1', analyze: false, values: ['CANARY'] }])
    expect(found).toEqual(['a'])
    expect(events).toEqual([{ kind: 'explain', outcome: 'planned', durationMs: 0 }])
    await auto.drain()
  })

  test('each once an hour, and once more when it has changed', async () => {
    const { clock, asked, offer } = setUp()
    const events = await eventsOf(async () => {
      offer('a')
      offer('a')
      offer('a', 'changed')
      await clock.advance(60 * minute - 1)
      offer('a')
      offer('a', 'changed')
      await clock.advance(1)
      offer('a')
      await clock.advance(minute)
    })
    expect(asked.map(one => one.atMs)).toEqual([0, 10_000, 60 * minute])
    expect(events.map(event => 'outcome' in event && event.outcome)).toEqual([
      'rate',
      'planned',
      'planned',
      'rate',
      'rate',
      'planned',
    ])
  })

  test('one at a time', async () => {
    const { clock, asked, world, offer, auto } = setUp()
    const hold = gate()
    world.wait = hold.opened
    offer('a')
    offer('b')
    await clock.advance(10 * minute)
    expect(asked).toHaveLength(1)
    hold.open()
    await clock.advance(minute)
    expect(asked).toHaveLength(2)
    await auto.drain()
  })

  test('at most six in any minute, whatever is offered when', async () => {
    const seed = testSeed('six a minute')
    const random = seededRandom(seed)
    const { clock, asked, offer } = setUp({ random })
    for (let at = 0; at < 400; at++) {
      for (let n = Math.floor(random() * 4); n > 0; n--) offer(`q${Math.floor(random() * 1000)}`)
      await clock.advance(Math.floor(random() * 5000))
    }
    const times = asked.map(one => one.atMs)
    const most = Math.max(...times.map(from => times.filter(at => at >= from && at < from + minute).length))
    expect(most, `seed ${seed}`).toBeLessThanOrEqual(6)
    expect(times.length).toBeGreaterThan(50)
  })

  test('one that the gate refuses takes no turn from the next', async () => {
    const { clock, asked, offer, world } = setUp()
    world.answer = { skipped: 'locks rows', reason: 'It locks rows' }
    for (const name of ['a', 'b', 'c']) offer(name)
    await clock.advance(0)
    expect(asked.map(({ sql }) => sql)).toEqual(['a', 'b', 'c'])
  })

  test('only six wait for their turn', async () => {
    const { clock, asked, offer } = setUp()
    const events = await eventsOf(async () => {
      for (let n = 0; n < 100; n++) offer(`q${n}`)
      await clock.advance(10 * minute)
    })
    expect(asked).toHaveLength(6)
    expect(events.filter(event => 'outcome' in event && event.outcome === 'rate')).toHaveLength(94)
  })

  test('none while the application waits for connections: it is tried again', async () => {
    const { clock, asked, world, offer } = setUp()
    world.isBusy = true
    const events = await eventsOf(async () => {
      offer('a')
      await clock.advance(19_999)
      world.isBusy = false
      offer('a') // waits already
      await clock.advance(1)
    })
    expect(outcomesOf(events)).toEqual(['busy', 'busy', 'rate', 'planned'])
    expect(asked).toHaveLength(1)
  })

  test('so is one whose table was locked, or whose only connection was in use', async () => {
    const { clock, asked, found, world, offer } = setUp()
    world.answer = { skipped: 'busy', reason: 'A lock' }
    offer('a')
    await clock.advance(9999)
    world.answer = planned
    await clock.advance(1)
    expect(asked).toHaveLength(2)
    expect(found).toEqual(['a'])
  })

  test('what is busy all the time is given up after six tries, which is no reason not to do it later', async () => {
    const { clock, asked, world, auto, offer } = setUp()
    world.isBusy = true
    const events = await eventsOf(async () => {
      offer('a')
      await clock.advance(10 * minute)
    })
    expect(outcomesOf(events)).toEqual(Array(6).fill('busy'))
    await auto.drain()
    world.isBusy = false
    offer('a')
    await clock.advance(minute)
    expect(asked).toHaveLength(1)
  })

  test('what waits for another try is forgotten by close', async () => {
    const { clock, asked, world, auto, offer } = setUp()
    world.isBusy = true
    offer('a')
    await clock.advance(1)
    await auto.close()
    world.isBusy = false
    await clock.advance(10 * minute)
    expect(asked).toEqual([])
  })

  test('after three failures none for a minute, then for two, and as before when it works again', async () => {
    const { clock, asked, world, offer } = setUp()
    let n = 0
    const another = async () => {
      offer(`q${n++}`)
      await clock.advance(12_000)
      return asked.length
    }
    world.answer = { skipped: 'not a select', reason: '' }
    for (let i = 0; i < 5; i++) await another()
    world.answer = failed
    for (const expected of [6, 7, 8, 8, 8]) expect(await another()).toBe(expected)
    await clock.advance(minute)
    expect(await another()).toBe(9)
    await clock.advance(minute)
    expect(await another()).toBe(9)
    await clock.advance(minute)
    world.answer = planned
    expect(await another()).toBe(10)
    world.answer = failed
    for (const expected of [11, 12, 13, 13]) expect(await another()).toBe(expected)
  })

  test.each([
    [{ type: 'insert' as const }, 'select 1', 'not a select'],
    [{ unparsed: 'syntax' as const }, 'select 1', 'not parsed'],
    [{ unparsed: 'several statements' as const }, 'select 1', 'several statements'],
    [{}, 'x'.repeat(100_001), 'not parsed'],
  ])('what cannot be explained is not kept: %j', async (given, text, outcome) => {
    const { clock, asked, auto } = setUp()
    const events = await eventsOf(async () => {
      auto.offer({ statement: statement('a', given), text }, 'slow')
      await clock.advance(minute)
    })
    expect(asked).toEqual([])
    expect(events).toEqual([{ kind: 'explain', outcome, durationMs: 0 }])
  })

  test('an explainer that throws has failed, and nothing of what it threw is told', async () => {
    const { clock, auto, offer } = setUp({
      explainer: { explain: () => Promise.reject(new Error('CANARY')), close: async () => {} },
    })
    const events = await eventsOf(async () => {
      offer('a')
      await clock.advance(minute)
    })
    expect(events).toEqual([{ kind: 'explain', outcome: 'failed', durationMs: 0 }])
    await auto.close()
  })

  test('closing waits for what is under way, and forgets the rest', async () => {
    const { clock, asked, found, world, offer, auto } = setUp()
    const hold = gate()
    world.wait = hold.opened
    offer('a')
    offer('b')
    await clock.advance(0)
    let isClosed = false
    const closing = auto.close().then(() => {
      isClosed = true
    })
    await clock.advance(minute)
    expect(isClosed).toBe(false)
    hold.open()
    await closing
    offer('c')
    await clock.advance(minute)
    expect(asked).toHaveLength(1)
    expect(found).toEqual(['a'])
    expect(clock.sleeping).toBe(0)
  })
})
