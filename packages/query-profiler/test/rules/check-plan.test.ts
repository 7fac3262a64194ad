import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Plan } from '#src/plan/plan'
import { readPlan } from '#src/plan/read-plan'
import { checkPlan } from '#src/rules/check-plan'
import type { NodeHit, Rule } from '#src/rules/rule'
import { node, planOf } from './written-plan.js'

const catalog = { tables: new Map() }
const about = { fingerprint: 'f1', sql: 'select 1' }

const check = (plan: Plan, rules?: readonly Rule[], sql = about.sql) =>
  checkPlan({ plan, sql, catalog }, { ...about, sql }, rules)

function rule(number: number, on: string, more: Partial<Rule & NodeHit> = {}): Rule {
  return {
    number,
    id: `rule-${number}`,
    title: '',
    trigger: '',
    remedy: '',
    needsAnalyze: false,
    check: walk =>
      walk.visits
        .filter(({ type }) => type === on)
        .map(visit => ({
          nodes: [visit],
          severity: 'info',
          message: '1',
          advice: 'a',
          share: visit.selfShare,
          ...more,
        })),
    ...more,
  }
}

describe('checkPlan', () => {
  const plan = planOf(
    node('Sort', 100, {}, node('Hash Join', 90, {}, node('Seq Scan', 20), node('Hash', 10))),
  )

  test('puts the largest share first', () => {
    const found = check(plan, [rule(1, 'Sort'), rule(2, 'Seq Scan'), rule(3, 'Hash Join')])
    expect(found.map(each => [each.rule, each.share])).toEqual([
      ['rule-3', 0.6],
      ['rule-2', 0.2],
      ['rule-1', 0.1],
    ])
    expect(found[1]).toEqual({
      ...{ rule: 'rule-2', fingerprint: 'f1', sql: 'select 1', nodes: ['Seq Scan'], severity: 'info' },
      ...{ message: '1', advice: 'a', share: 0.2, estimateOnly: false },
    })
  })

  test('says one thing of each node: what is exact before what is general', () => {
    expect(
      check(plan, [rule(1, 'Sort', { isGeneral: true }), rule(2, 'Sort')]).map(each => each.rule),
    ).toEqual(['rule-2'])
    expect(check(plan, [rule(1, 'Sort'), rule(2, 'Sort')]).map(each => each.rule)).toEqual(['rule-1'])
  })

  test('what is general is silent about any node that something exact explains', () => {
    const both: Rule = {
      ...rule(2, ''),
      check: ({ visits }) => [
        { nodes: [visits[0]!, visits[1]!], severity: 'info', message: '1', advice: 'a', share: 0.1 },
      ],
    }
    const general = rule(1, 'Hash Join', { isGeneral: true })
    expect(check(plan, [general, both]).map(each => each.rule)).toEqual(['rule-2'])
    expect(check(plan, [general]).map(each => each.rule)).toEqual(['rule-1'])
  })

  test('gives five at most', () => {
    const wide = planOf(
      node('Append', 100, {}, ...Array.from({ length: 9 }, (_, n) => node('Seq Scan', n + 1))),
    )
    const found = check(wide, [rule(1, 'Seq Scan')])
    expect(found.map(each => each.share)).toEqual([0.09, 0.08, 0.07, 0.06, 0.05])
  })

  test('a plan that was not run is not asked what only a run tells', () => {
    const rules = [rule(1, 'Sort', { needsAnalyze: true }), rule(2, 'Sort')]
    const found = check({ ...plan, analyzed: false }, rules)
    expect(found.map(each => [each.rule, each.estimateOnly])).toEqual([['rule-2', true]])
  })

  test('PostgreSQL 18 (written by hand): a disabled node says so', () => {
    const scan = (more: object) => planOf(node('Seq Scan', 5, { 'Relation Name': 'items', ...more }))
    expect(check(scan({ Disabled: true }))).toMatchObject([
      { rule: 'disabled-node', nodes: ['Seq Scan on items'] },
    ])
    expect(check(scan({ Disabled: false }))).toEqual([])
  })

  test('PostgreSQL 16 (written by hand): NOT IN is told from NOT EXISTS by the statement', () => {
    const scan = planOf(node('Seq Scan', 5, { Filter: '(NOT (SubPlan 1))', 'Relation Name': 'items' }))
    expect(check(scan, undefined, 'select * from items where id not in (select ?)')).toMatchObject([
      { rule: 'not-in-subquery', severity: 'critical' },
    ])
    expect(check(scan, undefined, 'select * from items where not exists (select ?)')).toEqual([])
  })

  test('PostgreSQL 16 (written by hand): time of reading has another name', () => {
    const scan = (key: string) => planOf(node('Seq Scan', 50, { [key]: 40 }))
    for (const key of ['I/O Read Time', 'Shared I/O Read Time'])
      expect(check(scan(key))).toMatchObject([{ rule: 'cold-reads' }])
    expect(check(scan('Temp I/O Read Time'))).toEqual([])
  })

  test('no value of an expression is in what is said, even of a plan that still holds them', () => {
    const scan = (Filter: string, type = 'Seq Scan') =>
      node(type, 90, { Filter, 'Relation Name': 'notes', 'Actual Rows': 1, 'Rows Removed by Filter': 1e6 })
    for (const filter of [
      "(diagnosis = 'canary'::text)",
      "((id)::numeric = 'canary'::numeric)",
      "(lower(name) ~~ '%canary'::text)",
      "((a = 'canary'::text) OR (b = 'canary'::text))",
      "(lower('canary'::text) = name)",
      "(CASE WHEN (a = 'canary'::text) THEN 'canary'::text ELSE b END = 'x'::text)",
    ]) {
      const found = check(planOf(scan(filter)))
      expect(found).toHaveLength(1)
      expect(JSON.stringify(found)).not.toContain('canary')
    }
  })

  test('never throws, whatever a server says', () => {
    const key = fc.constantFrom(
      ...[
        'Filter',
        'Sort Key',
        'Plan Rows',
        'Actual Rows',
        'Actual Loops',
        'Actual Total Time',
        'Workers',
        'Alias',
      ],
      ...[
        'Join Filter',
        'Index Cond',
        'Hash Batches',
        'Strategy',
        'Subplan Name',
        'Parent Relationship',
        'CTE Name',
      ],
      ...['Rows Removed by Filter', 'Full-sort Groups', 'Workers Launched', 'Total Cost', 'Relation Name'],
    )
    const type = fc.constantFrom(
      'Limit',
      'Sort',
      'Seq Scan',
      'Nested Loop',
      'Gather',
      'CTE Scan',
      'Append',
      'Hash',
      '',
    )
    const value = fc.oneof(
      fc.anything(),
      fc.double(),
      fc.constantFrom('Inner', 'Outer', 'SubPlan', '(a = ?)', 'CTE x'),
    )
    const treeOf = (depth: number): fc.Arbitrary<object> =>
      fc
        .tuple(
          type,
          fc.dictionary(key, value),
          depth === 0 ? fc.constant([]) : fc.array(treeOf(depth - 1), { maxLength: 3 }),
        )
        .map(([name, rest, Plans]) => ({ ...rest, 'Node Type': name, Plans }))
    fc.assert(
      fc.property(treeOf(4), fc.boolean(), (Plan, analyzed) => {
        for (const found of check(readPlan({ Plan }, { analyzed }))) {
          expect(found.share).toBeGreaterThanOrEqual(0)
          expect(found.share).toBeLessThanOrEqual(1)
        }
      }),
      { numRuns: 500 },
    )
  })
})
