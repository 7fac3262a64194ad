import { loadModule, parseSync } from 'libpg-query'
import { beforeAll, describe, expect, test } from 'vitest'
import { definition } from '#src/profiler-advice/cases/judge-cases'
import { sharedByPlan, timeOf, total, worstRegression } from '#src/profiler-advice/compare-sets'
import { missedGoals } from '#src/profiler-advice/goals'
import { candidateColumns } from '#src/profiler-advice/peers/dexter'
import { figuresOf } from '#src/profiler-advice/say-sets'
import { queryNames, queryText } from '#src/profiler-advice/tpch/queries'

describe('the bench of index advice', () => {
  beforeAll(() => loadModule())

  test('draws the same literals each time, and others for another draw', () => {
    for (const name of queryNames) {
      expect(parseSync(queryText(name, 0, 1)).stmts).toHaveLength(1)
      expect(queryText(name, 1, 1)).toBe(queryText(name, 1, 1))
    }
    const texts = [0, 1, 2].map(draw => queryText('Q3', draw, 1))
    expect(new Set(texts).size).toBe(3)
  })

  test('reads a definition without its name, whatever its spelling', () => {
    expect(
      definition('CREATE INDEX CONCURRENTLY a_idx ON public."tasks" (lower(name));\nANALYZE tasks'),
    ).toBe('on tasks (lower(name))')
    expect(definition('create index on tasks (a, b)')).toBe('on tasks (a, b)')
  })

  test("gives dexter's algorithm the columns that a query names, of its tables", () => {
    const column = (table: string, name: string, type = 'integer') => ({ table, name, type })
    const columns = [
      column('a', 'x'),
      column('a', 'j', 'jsonb'),
      column('b', 'x'),
      column('c', 'x'),
      column('b', 'y'),
    ]
    expect(candidateColumns('select a.x, j from a join b using (x) where a.x = 1', columns)).toEqual([
      column('a', 'x'),
      column('b', 'x'),
    ])
  })

  const plan = { 'Node Type': 'Result', 'Total Cost': 1, 'Plan Rows': 1, 'Plan Width': 1 }
  const set = (name: string, scale: number, ms: (place: number) => number | null) => ({
    name,
    ddl: [],
    bytes: 1e6,
    redundant: [],
    inserts: [500],
    times: queryNames.flatMap((query, place) =>
      [0, 1].map(draw => {
        const own = ms(place)
        return { query, draw, plan, ms: own === null ? null : own * scale }
      }),
    ),
  })

  test('adds up the best of each draw; what ran into the limit counts as the limit', () => {
    const slow = set('primary keys', 1, place => (place === 16 ? null : 10))
    const again = [...slow.times, { query: 'Q1' as const, draw: 0, plan, ms: 4 }]
    expect(timeOf(again, 'Q1')).toBe(14)
    expect(timeOf(slow.times, 'Q17')).toBeNull()
    expect(total(slow.times)).toBe(21 * 20 + 60_000)
    expect(
      worstRegression(
        slow,
        set('ours', 1, place => (place === 3 ? 15 : 10)),
      ),
    ).toEqual({ query: 'Q4', ratio: 1.5 })
  })

  test('says which goals are missed', () => {
    const base = set('primary keys', 1, () => 10)
    const goals = (ours: ReturnType<typeof set>) =>
      missedGoals(
        [base, set('by hand', 0.8, () => 10), ours].map(one => figuresOf(base, one)),
        [],
      )
    expect(goals(set('ours', 0.8, () => 10))).toEqual([])
    expect(goals(set('ours', 0.9, () => 10))).toEqual([expect.stringContaining('not below by hand')])
    expect(goals(set('ours', 0.5, place => (place === 0 ? 24 : 10)))).toEqual([
      expect.stringContaining('Q1 takes 1.20'),
    ])
    expect(goals({ ...set('ours', 0.5, () => 10), bytes: 2e8 })).toEqual(['200 MB, not at most 100'])
  })
})

test('sets whose plan of a query is the same share its best time', () => {
  const plan = (cost: number) => ({ 'Node Type': 'Seq Scan', 'Total Cost': cost }) as never
  const time = (cost: number, ms: number | null) => ({ query: 'Q1', draw: 0, plan: plan(cost), ms }) as const
  const shared = sharedByPlan(
    new Map([
      ['a', [time(1, 50), time(1, 40)]],
      ['b', [time(1, 45)]],
      ['c', [time(2, 30)]],
      ['d', [time(1, null)]],
    ]),
  )
  expect([...shared.values()].map(times => times.map(({ ms }) => ms))).toEqual([[40, 40], [40], [30], [null]])
})
