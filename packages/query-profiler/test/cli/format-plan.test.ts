import { expect, test } from 'vitest'
import { formatPlan } from '#src/cli/format-plan'
import type { Finding } from '#src/rules/rule'
import { node, planOf } from '../rules/written-plan.js'

const scan = node('Seq Scan', 80, {
  'Relation Name': 'items',
  Filter: '(product_id = ?)',
  'Plan Rows': 50,
  'Actual Rows': 10,
  'Rows Removed by Filter': 200_000,
})
const root = node(
  'Limit',
  100,
  { 'Plan Rows': 10, 'Actual Rows': 10 },
  node('Sort', 90, { 'Sort Key': ['total DESC'] }, scan),
)
const plan = planOf(root, { 'Planning Time': 0.5, 'Execution Time': 100 })
const finding: Finding = {
  rule: 'selective-seq-scan',
  fingerprint: 'f',
  sql: 'select ?',
  nodes: ['Seq Scan on items'],
  severity: 'warning',
  message: `items is read from end to end: ${'200,000 rows '.repeat(12)}.`,
  advice: 'Create an index on items (product_id).',
  share: 0.8,
  estimateOnly: false,
}

test('shows a plan as a tree with times, rows and findings', () => {
  expect(formatPlan(plan, [finding])).toBe(
    `own time  share  rows  planned  node
 10.0 ms   10 %    10       10  Limit
 10.0 ms   10 %     1        1  -> Sort
                                     Sort Key: total DESC
 80.0 ms   80 %    10       50    -> Seq Scan on items [1]
                                       Filter: (product_id = ?)

Planning 0.5 ms, execution 100 ms

1. A big table is read whole for few rows (selective-seq-scan; warning, 80 %)
   items is read from end to end: 200,000 rows 200,000 rows 200,000 rows 200,000 rows 200,000 rows
   200,000 rows 200,000 rows 200,000 rows 200,000 rows 200,000 rows 200,000 rows 200,000 rows .
   Create an index on items (product_id).`,
  )
})

test('a plan that was not run has costs, and says so', () => {
  const text = formatPlan({ ...plan, analyzed: false }, [])
  expect(text).toContain('own cost')
  expect(text).toContain('It was not run: costs and rows are estimates.')
  expect(text).not.toContain(' ms')
})

test('a node that never ran says so; one that ran often says how often', () => {
  const inner = node('Index Scan', 1, { 'Relation Name': 'orders', 'Actual Loops': 40 })
  const never = node('Seq Scan', 0, { 'Actual Loops': 0, 'Actual Rows': 0 })
  const text = formatPlan(planOf(node('Nested Loop', 90, {}, inner, never)), [])
  expect(text).toContain('-> Index Scan on orders × 40')
  expect(text).toMatch(/never run +-> Seq Scan/)
})

test('no line is over 100 columns, however deep the plan and long its names', () => {
  let deep = node('Seq Scan', 1, {
    'Relation Name': 'n'.repeat(250),
    Filter: `(${'a = ? AND '.repeat(60)}b = ?)`,
  })
  for (let depth = 0; depth < 60; depth++)
    deep = node('Nested Loop', 1, { 'Relation Name': 'x'.repeat(90) }, deep)
  const lines = formatPlan(planOf(deep), [finding]).split('\n')
  expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(100)
})

test('a plan of very many nodes is cut', () => {
  const wide = node('Append', 1, {}, ...Array.from({ length: 500 }, () => node('Seq Scan', 0)))
  const text = formatPlan(planOf(wide), [])
  expect(text).toContain('… and 301 nodes more')
  expect(text.split('\n').length).toBeLessThan(220)
})

test('has colours only when they are asked for, and never what a name would make the terminal do', () => {
  const evil = planOf(node('Seq Scan', 1, { 'Relation Name': 'a\u001b[31mb', Filter: '("\u0007" = ?)' }))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
  const controls = /[\u0000-\u0009\u000b-\u001f]/
  expect(formatPlan(evil, [finding])).not.toMatch(controls)
  expect(formatPlan(plan, [finding], { colours: true })).toContain('\u001b[33mwarning\u001b[39m')
})
