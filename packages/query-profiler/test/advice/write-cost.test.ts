import { expect, test } from 'vitest'
import { indexCandidate } from '#src/advice/index-candidate'
import { type WriteFacts, writeCost } from '#src/advice/write-cost'
import { tableFacts } from './table-facts.js'

const writes = { inserted: 1_000_000, updated: 500_000, hotUpdated: 400_000, deleted: 0 }

function cost(more: Partial<WriteFacts> = {}, share?: number) {
  const table = tableFacts('public.t', { a: 'integer', b: 'integer' }, { writes })
  const keys = [
    {
      key: 'a',
      columns: ['a'],
      isExpression: false,
      isDescending: false,
      nullsFirst: false,
      operatorClass: '',
    },
  ]
  const predicate = share === undefined ? null : { sql: 'b IS NULL', share }
  const index = indexCandidate({ table, method: 'btree', keys, equalKeys: 1, included: [], predicate })
  return writeCost(index, { counterDays: 10, workloadDays: 10, updates: [], ...more })
}

const setting = (columns: string[], calls: number) => ({ updated: { table: 'public.t', columns }, calls })

test('overhead is what an entry takes of what a row takes', () => {
  expect(cost().overhead).toBeCloseTo((8 + 8) / 100)
  expect(cost({}, 0.1).overhead).toBeCloseTo(0.016)
})

test('rows a day come from the counters, and are unknown without their age', () => {
  expect(cost().rowsPerDay).toBe(150_000)
  expect(cost({ counterDays: null }).rowsPerDay).toBeNull()
})

test('updates that set a column of the index are no longer heap-only', () => {
  expect(cost().lostHotUpdates).toBeCloseTo(0.8)
  expect(cost({ updates: [setting(['b'], 10)] }).lostHotUpdates).toBe(0)
  expect(cost({ updates: [setting(['b'], 30), setting(['a'], 10)] }).lostHotUpdates).toBeCloseTo(0.2)
  expect(cost({ updates: [setting(['b'], 10)] }, 0.1).lostHotUpdates).toBeCloseTo(0.8)
})

test('they cost more than others, and a partial index costs its share', () => {
  const plain = cost({ updates: [setting(['b'], 10)] })
  expect(cost({ updates: [setting(['a'], 10)] }).ms).toBeGreaterThan(plain.ms)
  expect(cost({ updates: [setting(['c'], 10)] }, 0.1).ms).toBeCloseTo(plain.ms / 10)
})

test('how a table was filled at first is no writing', () => {
  expect(cost({ counterDays: 1, workloadDays: 1 }).ms).toBeLessThan(cost({ counterDays: 10 }).ms)
})

test('the counters are brought to the days of the workload', () => {
  expect(cost({ workloadDays: 1 }).ms).toBeCloseTo(cost().ms / 10)
})

test('updates of the workload count where none was counted yet', () => {
  const table = tableFacts('public.t', { a: 'integer' }, { writes: { ...writes, updated: 0, hotUpdated: 0 } })
  const index = indexCandidate({
    table,
    method: 'btree',
    keys: [],
    equalKeys: 0,
    included: ['a'],
    predicate: null,
  })
  const costOf = (updates: WriteFacts['updates']) =>
    writeCost(index, { counterDays: 10, workloadDays: 10, updates })
  expect(costOf([])).toMatchObject({ lostHotUpdates: 0 })
  expect(costOf([setting(['a'], 1000)])).toMatchObject({ lostHotUpdates: 1 })
  expect(costOf([setting(['a'], 1000)]).ms).toBeGreaterThan(costOf([]).ms)
})
