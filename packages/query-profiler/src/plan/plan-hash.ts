import { createHash } from 'node:crypto'
import type { Plan, PlanNode, PlanValue } from './plan.js'

/** What the planner chose, and not what it reckons that costs. */
const shapeKeys = [
  ...['Node Type', 'Strategy', 'Partial Mode', 'Operation', 'Command', 'Parent Relationship'],
  ...['Join Type', 'Scan Direction', 'Index Name', 'Relation Name', 'Schema', 'Function Name', 'CTE Name'],
  ...[
    'Parallel Aware',
    'Filter',
    'Index Cond',
    'Recheck Cond',
    'Join Filter',
    'Hash Cond',
    'Merge Cond',
    'TID Cond',
  ],
  ...['Order By', 'Sort Key', 'Presorted Key', 'Group Key', 'Cache Key', 'Grouping Sets'],
]

/** 16 hexadecimal digits; equal for plans that do the same by the same means, whatever their values, costs and rows. */
export function planHash(plan: Plan): string {
  const hash = createHash('sha256')
  addNode(plan.Plan)
  return hash.digest('hex').slice(0, 16)

  function addNode(node: PlanNode): void {
    hash.update('(')
    for (const key of shapeKeys) {
      if (node[key] !== undefined) hash.update(`${key}=${shapeOf(node[key])};`)
    }
    for (const child of node.Plans ?? []) addNode(child)
    hash.update(')')
  }
}

/** A value is written in many ways (`$1`, `42`, `'-42'::integer`, a list), which say nothing of the plan. */
function shapeOf(value: PlanValue): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text
    .replace(/'%\?'|\$\d+/g, '?')
    .replace(castOfValue, '?')
    .replace(/\?(?:, \?)+/g, '?')
    .replace(/\bARRAY\[\?\]/g, '?')
}

const castOfValue =
  /(?:\(\?\)|\?)::(?:"[^"]+"|\w+)(?:\."[^"]+"|\.\w+)?(?: varying| precision)?(?:\(\?(?:,\?)*\))?(?: with(?:out)? time zone)?(?:\[\])*/g
