import type { DatabaseSession } from './database-session.js'
import { distinctOf, type IndexCandidate } from './index-candidate.js'
import { type CostNode, nodesOf, planOf } from './plan-cost.js'
import type { PlannableQuery } from './plannable-query.js'
import type { TableUse } from './table-use.js'
import type { WhatIfPlanner } from './what-if.js'

/** The planner's own defaults; a descent reads a few pages that are always in memory. */
const descentCost = 0.5
const randomPageCost = 4
const rowCost = 0.015
/** Share of the rows that a range is taken to hold where the planner does not tell. */
const rangeShare = 0.05
/** Of the rows that contain what a placeholder stands for. */
const containingShare = 0.001
const pageBytes = 8192

/**
 * For databases without HypoPG, and for what it cannot imagine: takes the plan as it is, and replaces in it what reads a
 * table by what reading the index would cost, by the selectivity in pg_stats. It sees scans that are filtered, a sort below a
 * LIMIT, subqueries that are run again for each row and hash joins with few rows on the other side; nothing else. Rough.
 */
export function statisticsWhatIf(session: DatabaseSession, version: number): WhatIfPlanner {
  const plans = new Map<string, CostNode>()
  const planFor = async (query: PlannableQuery) => {
    const plan = plans.get(query.sql) ?? (await planOf(session, version, query))
    plans.set(query.sql, plan)
    return plan
  }
  return {
    kind: 'statistics',
    cannotImagine: () => false,
    async costOf(query, indexes) {
      const plan = await planFor(query)
      let cost = plan['Total Cost']
      const used = new Set<IndexCandidate>()
      for (const { saved, index } of savings(plan, query, indexes)) {
        cost -= saved
        used.add(index)
      }
      return { cost: Math.max(cost, descentCost + rowCost), used: [...used], trapped: [] }
    },
    close: async () => plans.clear(),
  }
}

interface Saving {
  readonly saved: number
  readonly index: IndexCandidate
}

/** The best index for each part of the plan; parts inside of a part that is replaced are not counted again. */
function savings(plan: CostNode, query: PlannableQuery, indexes: readonly IndexCandidate[]): Saving[] {
  const visit = (node: CostNode, times: number, isInner: boolean): Saving[] => {
    const here = indexes
      .map(index => ({
        saved: (ownCost(node) - replacement(node, query, index, isInner)) * times,
        index,
      }))
      .filter(({ saved }) => saved > 0)
      .sort((a, b) => b.saved - a.saved || a.index.keys.length - b.index.keys.length)[0]
    const below = (node.Plans ?? []).flatMap(child =>
      visit(child, times * timesRun(node, child), isInner || isRunAgain(node, child)),
    )
    if (!here) return below
    // The other side of a join that becomes a loop is read as before, or better.
    const other = node['Node Type'] === 'Hash Join' ? otherSide(node, here.index) : undefined
    const instead = [here, ...(other ? visit(other, times, isInner) : [])]
    return sum(instead) > sum(below) ? instead : below
  }
  return visit(plan, 1, false)
}

function sum(savings: readonly Saving[]): number {
  return savings.reduce((all, { saved }) => all + saved, 0)
}

/** Without its subqueries, which go on being run. */
function ownCost(node: CostNode): number {
  const subqueries = (node.Plans ?? []).filter(child => child['Parent Relationship'] === 'SubPlan')
  return subqueries.reduce(
    (left, child) => left - child['Total Cost'] * timesRun(node, child),
    node['Total Cost'],
  )
}

/** For other values of the rows beside or around it, so that these can be looked up. */
function isRunAgain(node: CostNode, child: CostNode): boolean {
  return (
    child['Parent Relationship'] === 'SubPlan' ||
    (node['Node Type'] === 'Nested Loop' && child['Parent Relationship'] === 'Inner')
  )
}

/** How often a node runs its child. */
function timesRun(node: CostNode, child: CostNode): number {
  const children = node.Plans ?? []
  const cost = Math.max(child['Total Cost'], 0.01)
  if (child['Parent Relationship'] === 'SubPlan') {
    const others = children
      .filter(other => other !== child)
      .reduce((sum, other) => sum + other['Total Cost'], 0)
    return Math.max(1, (node['Total Cost'] - others) / cost)
  }
  const isInner = node['Node Type'] === 'Nested Loop' && child['Parent Relationship'] === 'Inner'
  if (!isInner || child['Node Type'] === 'Materialize') return 1
  return Math.max(1, children.find(other => other !== child)?.['Plan Rows'] ?? 1)
}

function replacement(node: CostNode, query: PlannableQuery, index: IndexCandidate, isInner: boolean): number {
  const use = query.columns.uses.find(one => one.table === `${index.table.schema}.${index.table.name}`)
  if (!use) return Number.POSITIVE_INFINITY
  if (index.predicate && !use.terms.some(term => term.predicate === index.predicate?.sql))
    return Number.POSITIVE_INFINITY
  if (node['Node Type'] === 'Limit') return orderedRead(node, use, index)
  if (node['Node Type'] === 'Hash Join') return loopInstead(node, use, index)
  return reads(node, index) && /Seq Scan|Heap Scan|Index Scan/.test(node['Node Type'])
    ? scanInstead(node, use, index, { isInner, hasParameters: query.parameters > 0 })
    : Number.POSITIVE_INFINITY
}

function reads(node: CostNode, index: IndexCandidate): boolean {
  return (
    node['Relation Name'] === index.table.name && (node.Schema ?? index.table.schema) === index.table.schema
  )
}

function scanInstead(
  node: CostNode,
  use: TableUse,
  index: IndexCandidate,
  { isInner, hasParameters }: { readonly isInner: boolean; readonly hasParameters: boolean },
): number {
  const isKeyed = node.Filter !== undefined || node['Index Cond'] !== undefined
  const share = isKeyed ? shareRead(use, index, new Set(isInner ? ['equal', 'join'] : ['equal'])) : undefined
  if (share === undefined) return Number.POSITIVE_INFINITY
  const asked = share * Math.max(index.table.rows, 1)
  // Of an expression the planner knows no more than of a placeholder.
  if (index.keys.some(key => key.isExpression)) return fetchCost(index, asked)
  if (index.method !== 'gin') return fetchCost(index, Math.max(node['Plan Rows'], asked))
  const found = hasParameters
    ? Math.min(node['Plan Rows'], index.table.rows * containingShare)
    : node['Plan Rows']
  return fetchCost(index, found)
}

/** Limit → Sort → one scan: the first rows of the index. */
function orderedRead(node: CostNode, use: TableUse, index: IndexCandidate): number {
  const below = nodesOf(node)
  const scans = below.filter(one => one['Relation Name'] !== undefined)
  const isOneSorted =
    below.some(one => one['Node Type'] === 'Sort') &&
    scans.length === 1 &&
    scans.every(scan => reads(scan, index))
  const ordered = index.keys.slice(index.equalKeys)
  const wanted = use.order.filter(
    term => !index.keys.slice(0, index.equalKeys).some(key => key.key === term.key),
  )
  const isOrdered = wanted.length > 0 && wanted.every(({ key }, place) => ordered[place]?.key === key)
  const isComplete = use.terms.every(
    term => index.keys.some(key => key.key === term.key) || term.predicate === index.predicate?.sql,
  )
  if (!isOneSorted || !isOrdered || !isComplete) return Number.POSITIVE_INFINITY
  return descentCost + node['Plan Rows'] * (randomPageCost + rowCost)
}

/** A hash join becomes a look-up for each row of the other side. */
function loopInstead(node: CostNode, use: TableUse, index: IndexCandidate): number {
  const outer = otherSide(node, index)
  const share = shareRead(use, index, new Set(['join', 'equal']))
  const isJoined = use.terms.some(term => term.role === 'join' && term.key === index.keys[0]?.key)
  if (!outer || share === undefined || !isJoined) return Number.POSITIVE_INFINITY
  return outer['Total Cost'] + outer['Plan Rows'] * fetchCost(index, share * Math.max(index.table.rows, 1))
}

/** Of a join one side of which reads no more than the index's table. */
function otherSide(node: CostNode, index: IndexCandidate): CostNode | undefined {
  const children = node.Plans ?? []
  const own = children.find(child => {
    const scans = nodesOf(child).filter(one => one['Relation Name'] !== undefined)
    return scans.length === 1 && scans.every(scan => reads(scan, index))
  })
  return own && children.find(child => child !== own)
}

/** Share of the table that the index's keys leave; undefined: its first key is not asked for. */
function shareRead(use: TableUse, index: IndexCandidate, equal: ReadonlySet<string>): number | undefined {
  let share = index.predicate?.share ?? 1
  const asks = (key: string, roles: ReadonlySet<string>) =>
    use.terms.some(term => term.branch === 0 && term.key === key && roles.has(term.role))
  if (index.method === 'gin') return asks(index.keys[0]?.key ?? '', new Set(['contains'])) ? 0 : undefined
  let isFirst = true
  for (const key of index.keys) {
    if (asks(key.key, equal)) share /= distinctOf(index.table, key)
    else if (asks(key.key, new Set(['range', 'prefix']))) return share * rangeShare
    else return isFirst ? undefined : share
    isFirst = false
  }
  return share
}

function fetchCost(index: IndexCandidate, rows: number): number {
  const pages = Math.max(index.table.bytes / pageBytes, 1)
  const correlation = index.table.columns.get(index.keys[0]?.columns[0] ?? '')?.correlation ?? 0
  const fetched =
    Math.min(rows, pages) * (1 - correlation ** 2) +
    Math.min((rows / Math.max(index.table.rows, 1)) * pages, pages) * correlation ** 2
  return descentCost + fetched * randomPageCost + rows * rowCost
}
