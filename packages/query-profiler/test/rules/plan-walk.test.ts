import { describe, expect, test } from 'vitest'
import type { Plan, PlanNode } from '#src/plan/plan'
import { walkPlan } from '#src/rules/plan-walk'
import { node, planOf } from './written-plan.js'

const catalog = { tables: new Map() }

describe('walkPlan', () => {
  const walk = (root: PlanNode, more: Partial<Plan> = {}) =>
    walkPlan({ plan: planOf(root, more), sql: '', catalog }).visits

  test('multiplies by executions, and takes the children off', () => {
    const [loop, outer, inner] = walk(
      node(
        'Nested Loop',
        100,
        {},
        node('Seq Scan', 10, { 'Parent Relationship': 'Outer', 'Actual Rows': 40 }),
        node('Index Scan', 2, { 'Parent Relationship': 'Inner', 'Actual Loops': 40, 'Actual Rows': 3 }),
      ),
    )
    expect(loop).toMatchObject({ self: 10, total: 100, selfShare: 0.1 })
    expect(outer).toMatchObject({ self: 10, rows: 40 })
    expect(inner).toMatchObject({ self: 80, rows: 120, selfShare: 0.8 })
  })

  test('below a Gather, time is what passed and rows are those of all processes', () => {
    const [gather, scan] = walk(
      node(
        'Gather',
        100,
        { 'Workers Planned': 2, 'Workers Launched': 2 },
        node('Seq Scan', 90, { 'Actual Loops': 3, 'Actual Rows': 1000, 'Rows Removed by Filter': 500 }),
      ),
    )
    expect(gather).toMatchObject({ self: 10 })
    expect(scan).toMatchObject({ self: 90, rows: 3000, dropped: 1500, processes: 3 })
  })

  test('the time of a CTE is not counted twice', () => {
    const visits = walk(
      node(
        'Aggregate',
        100,
        {},
        node('Seq Scan', 60, { 'Parent Relationship': 'InitPlan', 'Subplan Name': 'CTE x' }),
        node('CTE Scan', 90, { 'CTE Name': 'x' }),
      ),
    )
    expect(visits.map(({ type, self }) => [type, self])).toEqual([
      ['Aggregate', 10],
      ['Seq Scan', 60],
      ['CTE Scan', 30],
    ])
  })

  test('without a run it counts costs, the inner side as often as it is expected to run', () => {
    const root = node(
      'Nested Loop',
      1000,
      {},
      node('Seq Scan', 100, { 'Parent Relationship': 'Outer', 'Plan Rows': 50 }),
      node('Index Scan', 10, { 'Parent Relationship': 'Inner' }),
    )
    const [loop, , inner] = walkPlan({ plan: { Plan: root, analyzed: false }, sql: '', catalog }).visits
    expect(inner).toMatchObject({ loops: 50, total: 500, selfShare: 0.5 })
    expect(loop).toMatchObject({ self: 400 })
  })

  test('times that were not taken leave the costs', () => {
    const { 'Actual Total Time': _, ...untimed } = node('Seq Scan', 7)
    expect(walkPlan({ plan: planOf(untimed as PlanNode), sql: '', catalog })).toMatchObject({
      unit: 'cost',
      whole: 7,
    })
  })
})
