import { numberOf, textOf } from './plan-values.js'
import { type PlanWalk, subtree, type Visit } from './plan-walk.js'
import type { NodeHit, Rule } from './rule.js'
import { conditionsIn, filterOf, indexColumns, indexOn, matters } from './scan-facts.js'
import { sortColumns } from './sort-key.js'
import { count, nodeName, rowCount, tableName } from './wording.js'

const waste = { times: 10, rows: 1000 }

export const filterAfterIndex: Rule = {
  number: 9,
  id: 'filter-after-index',
  title: 'An index finds many rows that a filter then drops',
  trigger:
    '`Index Cond` and `Filter` on one scan, with over 1,000 rows dropped, 10 times those kept, and over 10 % of the time',
  remedy: 'Add the columns of the filter to the index, or its constant condition as predicate',
  needsAnalyze: false,
  isGeneral: true,
  check: walk =>
    walk.visits.flatMap(visit => {
      if (!/^(Index|Index Only|Bitmap Heap) Scan$/.test(visit.type) || !visit.node.Filter) return []
      const key = visit.type === 'Bitmap Heap Scan' ? 'Recheck Cond' : 'Index Cond'
      if (!visit.node[key] || !matters(walk, visit)) return []
      const dropped = droppedBy(walk, visit)
      if (dropped <= waste.rows || dropped <= visit.rows * waste.times) return []
      const own = conditionsIn(visit, key)
      const columns = indexColumns([...own, ...filterOf(visit)])
      const indexed = new Set(own.flatMap(each => each.columns))
      const hasMore = columns.some(column => !indexed.has(column))
      return [
        {
          nodes: [visit, ...subtree(visit).slice(1)],
          severity: 'warning' as const,
          message: `${nodeName(visit)} found ${count(dropped + visit.rows)} rows and dropped ${count(dropped)} of them by its filter.`,
          advice: hasMore
            ? `Create ${indexOn(visit, columns)}, or a partial one if the filter never changes.`
            : 'No plain index serves the filter: index its expression, or make a partial index if it never changes.',
          share: visit.selfShare,
        },
      ]
    }),
}

/** Without a run only a bitmap tells what the index finds. */
function droppedBy(walk: PlanWalk, visit: Visit): number {
  if (walk.analyzed) return visit.dropped
  const bitmap = visit.children[0]
  return visit.type === 'Bitmap Heap Scan' && bitmap
    ? Math.max(0, numberOf(bitmap.node, 'Plan Rows') - visit.rows)
    : 0
}

const passThrough = new Set(['Gather Merge', 'Gather', 'Result', 'Subquery Scan', 'LockRows', 'ProjectSet'])

export const wrongIndexForLimit: Rule = {
  number: 14,
  id: 'wrong-index-for-limit',
  title: 'An index gives the order, and most rows are dropped before LIMIT is full',
  trigger:
    '`Limit` over an `Index Scan` whose `Filter` drops over 1,000 rows and over 10 times those that LIMIT gives',
  remedy: 'One index with the columns compared for equality first, then those of ORDER BY',
  needsAnalyze: true,
  check: walk => walk.visits.flatMap(limitHit),
}

function limitHit(limit: Visit): NodeHit[] {
  if (limit.type !== 'Limit') return []
  let scan = limit.children[0]
  while (scan && passThrough.has(scan.type)) scan = scan.children[0]
  if (!scan || !/^Index (Only )?Scan$/.test(scan.type) || !scan.node.Filter) return []
  if (scan.dropped <= waste.rows || scan.dropped <= limit.rows * waste.times) return []
  const equal = indexColumns(filterOf(scan).filter(each => each.kind === 'equality'))
  const index = scan.table?.indexes.find(each => each.name === textOf(scan.node, 'Index Name'))
  const order = index?.keys.map(key => `${key.text}${key.isDescending ? ' DESC' : ''}`) ?? []
  const columns = [...equal, ...order.filter(key => !equal.includes(key.split(' ')[0] as string))]
  return [
    {
      nodes: [scan, limit],
      severity: limit.totalShare > 0.4 ? 'warning' : 'info',
      message: `${nodeName(scan)} read ${rowCount(scan.dropped + scan.rows)} in order to find ${count(limit.rows)} that its filter keeps.`,
      advice:
        equal.length > 0 && order.length > 0
          ? `Create an index on ${tableName(scan)} (${sortColumns(columns)}).`
          : 'Create an index with the filter’s columns first, then those of ORDER BY.',
      share: limit.totalShare,
    },
  ]
}
