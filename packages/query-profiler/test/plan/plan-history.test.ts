import { FakeClock } from '@voiceassist/testkit'
import { describe, expect, test } from 'vitest'
import type { Plan } from '#src/plan/plan'
import { planHash } from '#src/plan/plan-hash'
import { PlanHistory, type PlanHistoryLimits } from '#src/plan/plan-history'
import { RecentDurations } from '#src/plan/recent-durations'
import { eventsOf, planWith, statement } from './statements.js'

const byIndex = planWith({ 'Node Type': 'Index Scan', 'Index Name': 'i', 'Index Cond': '(a = ?)' })
const byScan = planWith({ 'Node Type': 'Seq Scan', Filter: '(a = ?)' })
const query = statement('q')

function setUp(limits: Partial<PlanHistoryLimits> = {}) {
  const clock = new FakeClock(Date.UTC(2025, 0, 1))
  const history = new PlanHistory(clock, limits)
  const run = (times: number, ms: number, of = query) =>
    Array.from({ length: times }, () => history.executed(of, ms)).filter(Boolean).length
  return { clock, history, run }
}

describe('plans over time', () => {
  test('a plan that made a query slower is told with the one before it, and what each took', async () => {
    const { clock, history, run } = setUp()
    run(20, 2)
    history.found(query, byIndex, false)
    run(20, 2)
    await clock.advance(1000)
    run(16, 50)
    const events = await eventsOf(() => history.found(query, byScan, false))
    const before = {
      fingerprint: 'q',
      sql: 'select q',
      planHash: planHash(byIndex),
      plan: byIndex,
      generic: false,
    }
    const times = { firstSeenAt: '2025-01-01T00:00:00.000Z', lastSeenAt: '2025-01-01T00:00:00.000Z' }
    const later = { firstSeenAt: '2025-01-01T00:00:01.000Z', lastSeenAt: '2025-01-01T00:00:01.000Z' }
    const change = {
      before: { ...before, ...times, medianMs: 2 },
      after: { ...before, planHash: planHash(byScan), plan: byScan, ...later, medianMs: 50 },
      slower: true,
    }
    expect(events).toEqual([{ kind: 'plan-changed', ...change }])
    expect(history.changes()).toEqual([change])
    expect(history.records()).toEqual([change.after, change.before])
  })

  // What differs by a tenth cannot be told apart: the executions before it was found count for the plan before.
  test('one that made it faster, or hardly slower, is no slower one', () => {
    const { history, run } = setUp()
    run(20, 50)
    history.found(query, byScan, false)
    run(20, 2)
    history.found(query, byIndex, false)
    run(20, 2.2)
    history.found(query, byScan, false)
    run(20, 2.2)
    expect(
      history.changes().map(change => [change.before.medianMs, change.after.medianMs, change.slower]),
    ).toEqual([
      [2.1, 2.2, false],
      [50, 2, false],
    ])
  })

  test('a plan that is found before it has run is told of when it has', async () => {
    const { history, run } = setUp()
    run(10, 2)
    history.found(query, byIndex, false)
    expect(await eventsOf(() => history.found(query, byScan, false))).toEqual([])
    expect(await eventsOf(() => void run(2, 50))).toEqual([])
    expect(await eventsOf(() => void run(1, 50))).toMatchObject([
      { slower: true, before: { medianMs: 2 }, after: { medianMs: 50 } },
    ])
    expect(await eventsOf(() => void run(50, 50))).toEqual([])
  })

  test('the same plan at other costs, with other values or rows is no change', () => {
    const { history, run } = setUp()
    run(9, 2)
    history.found(query, byIndex, false)
    const costlier = planWith({
      ...byIndex.Plan,
      'Total Cost': 99,
      'Plan Rows': 99,
      'Index Cond': '(a = ?::integer)',
    })
    run(9, 20)
    history.found(query, costlier, false)
    run(9, 20)
    expect(history.changes()).toEqual([])
    expect(history.records()).toMatchObject([{ plan: costlier, medianMs: 20 }])
  })

  test('a plan for any values is no change of one for some', () => {
    const { history, run } = setUp()
    run(9, 2)
    history.found(query, byIndex, true)
    history.found(query, byScan, false)
    run(9, 50)
    expect(history.changes()).toEqual([])
    expect(history.records()).toHaveLength(2)
  })

  test('a query is worth a look when it runs often, when it takes another time, and after an hour', async () => {
    const { clock, history, run } = setUp()
    expect(run(31, 2)).toBe(0)
    expect(run(1, 2)).toBe(1)
    expect(run(100, 2)).toBe(0)
    history.found(query, byIndex, false)
    await clock.advance(60_000)
    expect(run(100, 2)).toBe(0)
    expect(run(100, 2.9)).toBe(0)
    expect(run(32, 9)).toBe(1)
    history.found(query, byIndex, false)
    await clock.advance(60_000)
    expect(run(100, 9)).toBe(0)
    await clock.advance(3_540_000)
    expect(run(100, 9)).toBe(1)
    expect(run(100, 9, statement('w', { type: 'update' }))).toBe(0)
  })

  test('keeps few plans of a statement, few statements and few changes', () => {
    const plan = (n: number): Plan => planWith({ 'Relation Name': `t${n}` })
    const { history, run } = setUp({ plans: 3, statements: 5, changes: 2 })
    run(5, 1)
    for (let n = 0; n < 10; n++) {
      history.found(query, plan(n), false)
      run(5, 1)
    }
    expect(history.records().map(record => record.plan.Plan['Relation Name'])).toEqual(['t9', 't8', 't7'])
    expect(history.changes()).toHaveLength(2)
    for (let n = 0; n < 100; n++) history.found(statement(`s${n}`), plan(n), false)
    expect(history.records()).toHaveLength(5)
  })

  test('keeps no more plans than a bound of their size, and the last one in any case', () => {
    const { history } = setUp({ planSize: 1000 })
    for (let n = 0; n < 100; n++)
      history.found(statement(`s${n}`), planWith({ 'Relation Name': `t${n}` }), false)
    const plans = history.records().map(record => record.plan)
    expect(JSON.stringify(plans).length).toBeLessThan(1100)
    expect(plans.length).toBeGreaterThan(3)
    history.found(query, planWith({ Filter: 'x'.repeat(2000) }), false)
    expect(history.records().map(record => record.fingerprint)).toEqual(['q'])
  })

  test('what is used stays when room is made', () => {
    const { history, run } = setUp({ statements: 3 })
    history.found(query, byIndex, false)
    for (let n = 0; n < 100; n++) {
      run(1, 1)
      history.found(statement(`s${n}`), byIndex, false)
    }
    expect(history.records().map(record => record.fingerprint)).toContain('q')
  })
})

test('one cold execution at first is no change of pace', () => {
  const durations = new RecentDurations()
  durations.add(500)
  for (let n = 0; n < 30; n++) durations.add(2)
  expect(durations.takeSinceChange().count).toBe(0)
  expect(durations.count).toBe(31)
})

describe('the hash of a plan', () => {
  const cond = (condition: string) => planHash(planWith({ Filter: condition }))

  test.each([
    ['(a = ?)', '(a = $1)'],
    ['(a = ?::integer)', '(a = ?)'],
    ['((a)::text = ?::text)', '((a)::text = ($1)::text)'],
    ['(a = ?::timestamp with time zone)', '(a = ?::timestamp without time zone)'],
    ['(a = ANY (?::integer[]))', '(a = ANY ($1))'],
    ['(a = ANY (ARRAY[?, ?, ?]))', '(a = ANY (ARRAY[?, ?]))'],
    ["(a ~~ '%?'::text)", '(a ~~ ?::text)'],
    ['((a = ?::character varying(?)) AND (b))', '((a = $2) AND (b))'],
  ])('%s and %s are one shape', (a, b) => {
    expect(cond(a)).toBe(cond(b))
  })

  test('tells columns, operators, relations, indexes, join types and the order of nodes apart', () => {
    const join = (type: string, ...Plans: Plan['Plan'][]) =>
      planWith({ 'Node Type': 'Nested Loop', 'Join Type': type, Plans })
    const plans = [
      ...[
        planWith({}),
        planWith({ Filter: '(a = ?)' }),
        planWith({ Filter: '(b = ?)' }),
        planWith({ Filter: '(a > ?)' }),
      ],
      ...[byIndex, planWith({ ...byIndex.Plan, 'Index Name': 'j' }), planWith({ 'Relation Name': 't' })],
      ...[join('Inner', byIndex.Plan, byScan.Plan), join('Left', byIndex.Plan, byScan.Plan)],
      ...[
        join('Inner', byScan.Plan, byIndex.Plan),
        join('Inner', planWith({ ...byScan.Plan, Plans: [byIndex.Plan] }).Plan),
      ],
    ]
    expect(new Set(plans.map(planHash)).size).toBe(plans.length)
  })
})
