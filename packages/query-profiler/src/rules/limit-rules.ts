import { textOf, textsOf } from './plan-values.js'
import { type PlanWalk, subtree, type Visit } from './plan-walk.js'
import type { NodeHit, Rule } from './rule.js'
import { columnList, conditionsIn, filterOf, indexColumns, isPlain, isTableScan } from './scan-facts.js'
import { sortColumns, sortKeyOf } from './sort-key.js'
import { count, nodeName, rowCount, tableName } from './wording.js'

const much = { times: 10, rows: 1000 }

/** What computes its rows anew: an index of the table below cannot order them. */
const recomputes = new Set([
  'Aggregate',
  'Group',
  'WindowAgg',
  'Unique',
  'SetOp',
  'Append',
  'Merge Append',
  'Recursive Union',
  'ProjectSet',
])

export const unorderedLimit: Rule = {
  number: 13,
  id: 'unordered-limit',
  title: 'All rows are sorted for the first few',
  trigger:
    '`Limit` over a `Sort` of over 1,000 rows and 10 times those that LIMIT gives, by columns of one table; over 10 % of the time. `Incremental Sort`: the order is partly there',
  remedy: 'One index with the columns compared for equality first, then those of ORDER BY',
  needsAnalyze: false,
  check: walk => walk.visits.flatMap(visit => sortHit(walk, visit)),
}

function sortHit(walk: PlanWalk, limit: Visit): NodeHit[] {
  if (limit.type !== 'Limit') return []
  const sort = subtree(limit).find(each => each.type === 'Sort' || each.type === 'Incremental Sort')
  const between = sort ? pathBetween(sort, limit) : []
  if (
    !sort ||
    between.some(
      each => each.type !== 'Gather Merge' && each.type !== 'Result' && each.type !== 'Subquery Scan',
    )
  )
    return []
  const input = sort.children[0]
  if (!input || subtree(input).some(each => recomputes.has(each.type))) return []
  const given = Math.max(1, limit.rows)
  if (input.rows <= much.rows || input.rows <= given * much.times) return []
  if (sort.totalShare <= 0.1 || (walk.unit === 'ms' && sort.total <= 1)) return []
  const found = subtree(input)
    .filter(isTableScan)
    .map(scan => ({ scan, key: sortKeyOf(sort, scan) }))
  const { scan, key } = found.find(each => each.key) ?? {}
  if (!scan || !key) return []
  const conditions = [
    ...conditionsIn(scan, 'Index Cond'),
    ...conditionsIn(scan, 'Recheck Cond'),
    ...filterOf(scan),
  ]
  const equal = indexColumns(conditions.filter(each => each.kind === 'equality'))
  const columns = [...equal, ...key.filter(each => !equal.includes(each.split(' ')[0] as string))]
  const presorted = textsOf(sort.node, 'Presorted Key').length
  return [
    {
      // An index in this order answers for the scan too, if it can serve its conditions.
      nodes: conditions.every(isPlain) ? [sort, scan, limit] : [sort, limit],
      severity: presorted > 0 ? 'info' : sort.totalShare > 0.4 ? 'warning' : 'info',
      message: `${rowCount(input.rows)} of ${nodeName(scan)} are sorted${presorted > 0 ? ` (${presorted} of ${key.length} columns come in order already)` : ''} to give the first ${count(given)}.`,
      advice: `Create an index on ${tableName(scan)} (${sortColumns(columns)}), which gives them in this order.`,
      share: sort.totalShare,
    },
  ]
}

function pathBetween(below: Visit, above: Visit): Visit[] {
  const path: Visit[] = []
  for (let at = below.parent; at && at !== above; at = at.parent) path.push(at)
  return path
}

export const offsetPagination: Rule = {
  number: 15,
  id: 'offset-pagination',
  title: 'OFFSET reads the rows that it skips',
  trigger:
    '`Limit` whose child gave over 1,000 rows more, and over 10 times as many; the statement says OFFSET',
  remedy: 'Keyset pagination: WHERE (column, id) > (the last ones shown) ORDER BY column, id LIMIT n',
  needsAnalyze: true,
  check: walk =>
    walk.visits.flatMap(limit => {
      const child = limit.children[0]
      if (limit.type !== 'Limit' || !child || !/\b(offset)\b/i.test(walk.sql)) return []
      const skipped = child.rows - limit.rows
      if (skipped <= much.rows || child.rows <= limit.rows * much.times) return []
      const key = orderOf(child)
      return [
        {
          nodes: [limit, child],
          severity: limit.totalShare > 0.4 ? ('warning' as const) : ('info' as const),
          message: `${rowCount(child.rows)} were read and ${count(skipped)} of them skipped for a page of ${count(limit.rows)}.`,
          advice: `Ask for what follows the last row shown: WHERE (${key ?? 'column'}, id) beyond its values, ORDER BY the same columns, LIMIT; no OFFSET.`,
          share: limit.totalShare,
        },
      ]
    }),
}

/** The columns that rows come in the order of, but for the unique one. */
function orderOf(child: Visit): string | undefined {
  const below = subtree(child)
  const scan = below.find(isTableScan)
  const sort = below.find(each => each.node['Sort Key'])
  if (!scan) return undefined
  const name = textOf(scan.node, 'Index Name')
  const index = scan.table?.indexes.find(each => each.name === name)
  const columns = sort ? sortKeyOf(sort, scan) : index?.keys.map(key => key.text)
  const names = columns?.map(each => each.split(' ')[0] as string).filter(each => each !== 'id')
  return names && names.length > 0 ? columnList(names) : undefined
}
