import { hasServer } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Plan } from '#src/plan/plan'
import { allRules } from '#src/rules/all-rules'
import { checkPlan } from '#src/rules/check-plan'
import type { Finding } from '#src/rules/rule'
import { operatorCases } from './operator-cases.js'
import type { Mutation } from './plan-case.js'
import { type PlanDatabase, planDatabase } from './plan-database.js'
import { scanCases } from './scan-cases.js'
import { statementCases } from './statement-cases.js'
import { subqueryCases } from './subquery-cases.js'

/** The first reader alone writes. */
const readOnce = new Set(['dirtying-read'])

const said = (found: readonly Finding[]) =>
  found.map(({ message, advice }) => `${message} ${advice}`).join('\n')

const cases = [...scanCases, ...operatorCases, ...statementCases, ...subqueryCases]

describe.skipIf(!hasServer())('plan rules on plans of a server', () => {
  let database: PlanDatabase
  beforeAll(async () => {
    database = await planDatabase()
  })
  afterAll(() => database?.close())

  const findings = (plan: Plan, sql: string, rules = allRules) =>
    checkPlan({ plan, sql, catalog: database.catalog }, { fingerprint: 'f', sql }, rules)
  const only = (id: string) => allRules.filter(rule => rule.id === id)

  test('each rule has a plan that it speaks of, and one that it nearly does', () => {
    expect([...new Set(cases.map(each => each.rule))].sort()).toEqual(allRules.map(rule => rule.id).sort())
    for (const { nearMisses } of cases) expect(nearMisses.length).toBeGreaterThan(0)
  })

  for (const { rule, found, nearMisses, quietBy } of cases) {
    test(`${rule}: ${found.options === '' ? 'estimated: ' : ''}${found.sql.slice(0, 90)}`, async context => {
      if (rule === 'jit-dominates' && !(await database.hasJit())) context.skip()
      const plan = await database.explain(found)
      const speaks = (changed: Plan) => findings(changed, found.sql, only(rule))
      const finding = findings(plan, found.sql).find(each => each.rule === rule)
      expect(finding, `${rule} is silent`).toBeDefined()
      const { message, advice, share, estimateOnly } = finding as Finding
      for (const words of found.says) expect(`${message} ${advice}`).toMatch(words)
      expect(message).toMatch(/\d/)
      expect(share).toBeGreaterThanOrEqual(0)
      expect(share).toBeLessThanOrEqual(1)
      expect(estimateOnly).toBe(!plan.analyzed)
      const verbose = {
        ...found,
        options: [found.options ?? 'analyze, buffers', 'verbose'].filter(Boolean).join(', '),
      }
      if (!readOnce.has(rule)) {
        const spoken = said(speaks(await database.explain(verbose)))
        for (const words of found.says) expect(spoken, 'verbose').toMatch(words)
      }
      for (const mutation of quietBy)
        expect(speaks(mutated(plan, mutation)), `still speaks with ${mutation.join(': ')}`).toEqual([])
      for (const miss of nearMisses) {
        const near = await database.explain(miss)
        expect(findings(near, miss.sql, only(rule)), JSON.stringify(near, null, 1)).toEqual([])
      }
    })
  }
})

/** The plan with `key` changed wherever it stands. */
function mutated(plan: Plan, [key, value]: Mutation): Plan {
  const change = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(change)
    if (typeof part !== 'object' || part === null) return part
    const entries = Object.entries(part).flatMap(([name, held]) => {
      if (name !== key) return [[name, change(held)]]
      return value === undefined ? [] : [[name, value]]
    })
    return Object.fromEntries(entries)
  }
  return change(plan) as Plan
}
