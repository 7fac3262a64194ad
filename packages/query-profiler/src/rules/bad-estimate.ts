import { numberOf, textOf } from './plan-values.js'
import { type PlanWalk, subtree, type Visit } from './plan-walk.js'
import type { NodeHit, Rule } from './rule.js'
import { columnList, conditionsIn } from './scan-facts.js'
import { count, nodeName, tableName } from './wording.js'

const offBy = { warning: 10, critical: 100 }
/** Rows that at least one side must have: 2 for 20 harms no plan. */
const fewestRows = 100
const leastShare = 0.1

export const badEstimate: Rule = {
  number: 2,
  id: 'bad-estimate',
  title: 'The planner expected far more or far fewer rows',
  trigger:
    'Actual rows are 10 times (critical: 100 times) off `Plan Rows`, and the node or the join above takes over 10 % of the time; the deepest such node, none that may stop early',
  remedy: 'ANALYZE; CREATE STATISTICS for columns that depend on each other; a higher statistics target',
  needsAnalyze: true,
  isGeneral: true,
  check: walk => walk.visits.flatMap(visit => hitOf(walk, visit)),
}

/** How many times the actual rows are off the planned ones, an execution; 1 when that says nothing. */
export function misestimate({ node, loops, type, mayStopEarly }: Visit): number {
  // BitmapAnd and BitmapOr always say 0 rows; a Gather's child counts by process.
  if (loops === 0 || type === 'BitmapAnd' || type === 'BitmapOr' || type === 'ModifyTable') return 1
  const actual = Math.max(numberOf(node, 'Actual Rows'), 1)
  const planned = Math.max(numberOf(node, 'Plan Rows'), 1)
  if (Math.max(actual, planned) < fewestRows || (mayStopEarly && actual < planned)) return 1
  return Math.max(actual / planned, planned / actual)
}

/** A `Limit` plans for rows that its child may not have, and a hash table's rows are its child's. */
const echoes = new Set(['Limit', 'Hash', 'Materialize', 'Sort', 'Gather', 'Gather Merge', 'Memoize'])

function hitOf(_walk: PlanWalk, visit: Visit): NodeHit[] {
  const ratio = misestimate(visit)
  if (ratio < offBy.warning || echoes.has(visit.type)) return []
  if (subtree(visit).some(each => each !== visit && misestimate(each) >= offBy.warning)) return []
  const share = Math.max(visit.selfShare, joinAbove(visit)?.selfShare ?? 0)
  if (share <= leastShare) return []
  const actual = numberOf(visit.node, 'Actual Rows')
  return [
    {
      nodes: [visit],
      severity: ratio >= offBy.critical ? 'critical' : 'warning',
      message: `${nodeName(visit)} gave ${count(actual)} rows${visit.loops > 1 ? ' an execution' : ''} where ${count(numberOf(visit.node, 'Plan Rows'))} were expected: ${count(ratio)} times off.`,
      advice: adviceFor(visit),
      share,
    },
  ]
}

function joinAbove(visit: Visit): Visit | undefined {
  for (let at = visit.parent; at; at = at.parent) if (/Join$|Nested Loop/.test(at.type)) return at
  return undefined
}

function adviceFor(visit: Visit): string {
  // A Bitmap Index Scan names no table; the heap scan above it does.
  const scan = visit.type === 'Bitmap Index Scan' ? (heapScanAbove(visit) ?? visit) : visit
  const { table } = scan
  const name = tableName(scan)
  if (!name) return forOthers(visit)
  if (table && (table.lastAnalyzedAt === null || table.changedSinceAnalyze > table.rows * 0.1))
    return `ANALYZE ${name}: ${table.lastAnalyzedAt === null ? 'it never was' : `${count(table.changedSinceAnalyze)} rows changed since it was`}.`
  const conditions = [scan, visit].flatMap(each =>
    ['Index Cond', 'Recheck Cond', 'Filter'].flatMap(key =>
      conditionsIn({ ...each, table, node: { ...each.node, Alias: textOf(scan.node, 'Alias') } }, key),
    ),
  )
  const columns = [...new Set(conditions.flatMap(each => each.columns))]
  if (columns.length > 1)
    return `CREATE STATISTICS (dependencies, mcv) ON ${columnList(columns)} FROM ${name}, then ANALYZE ${name}.`
  const of = columns[0] ? ` of ${columnList(columns)}` : ''
  return conditions.some(each => each.functions.length + each.casts.length > 0)
    ? `Compare the column${of} as it is, or CREATE STATISTICS on the expression, then ANALYZE ${name}.`
    : `ANALYZE ${name}; if that does not help, raise the statistics target${of}.`
}

function heapScanAbove(visit: Visit): Visit | undefined {
  let at = visit.parent
  while (at && at.type !== 'Bitmap Heap Scan') at = at.parent
  return at
}

function forOthers({ type }: Visit): string {
  if (type === 'Function Scan') return 'Declare the function with ROWS and what it expects to give.'
  if (type === 'Aggregate' || type === 'Group')
    return 'CREATE STATISTICS (ndistinct) on the columns of GROUP BY, then ANALYZE.'
  return 'ANALYZE the tables of the join; CREATE STATISTICS for columns that depend on each other.'
}
