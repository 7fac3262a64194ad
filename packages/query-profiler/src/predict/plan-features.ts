import type { Plan, PlanNode } from '../plan/plan.js'

/** What a unit of the planner's cost buys differs between these; `rows` are those that nodes hand on, beside their costs. */
export const costKinds = [
  'sequential',
  'index',
  'join',
  'sort',
  'hash',
  'aggregate',
  'other',
  'rows',
] as const
export type CostKind = (typeof costKinds)[number]

/** A plan's estimated cost, split by what causes it; in the planner's units, in the order of `costKinds`. */
export type PlanFeatures = readonly number[]

/** Four times PostgreSQL's `cpu_tuple_cost`, which is meant beside reading from a disk: fitted to data in memory. */
const costOfRow = 0.04

/** The cost of a node without that of its children; rescans of an inner side count to the join that asks for them. */
export function planFeatures({ Plan }: Plan): PlanFeatures {
  const costs = costKinds.map(() => 0)
  addCosts(Plan, costs)
  return costs
}

export function totalCost(features: PlanFeatures): number {
  return features.reduce((sum, cost) => sum + cost, 0)
}

function addCosts(node: PlanNode, costs: number[]): void {
  const children = node.Plans ?? []
  const below = children.reduce((sum, child) => sum + child['Total Cost'], 0)
  const kind = costKinds.indexOf(kindOf(node['Node Type']))
  // Under a LIMIT the parent costs less than its child would to its end.
  const share = below > node['Total Cost'] ? node['Total Cost'] / below : 1
  costs[kind]! += Math.max(0, node['Total Cost'] - below)
  costs[costKinds.indexOf('rows')]! += node['Plan Rows'] * costOfRow
  for (const child of children) addShare(child, costs, share)
}

function addShare(node: PlanNode, costs: number[], share: number): void {
  const own = costKinds.map(() => 0)
  addCosts(node, own)
  for (const [index, cost] of own.entries()) costs[index]! += cost * share
}

function kindOf(nodeType: string): CostKind {
  if (/^(Seq Scan|Sample Scan|Function Scan|Values Scan|CTE Scan|Foreign Scan)$/.test(nodeType))
    return 'sequential'
  if (/Index|Bitmap|Tid/.test(nodeType)) return 'index'
  if (/Join|Nested Loop|Memoize|Materialize/.test(nodeType)) return nodeType === 'Hash Join' ? 'hash' : 'join'
  if (/Sort|Unique|Gather Merge/.test(nodeType)) return 'sort'
  if (/^Hash/.test(nodeType)) return 'hash'
  if (/Aggregate|Group|WindowAgg/.test(nodeType)) return 'aggregate'
  return 'other'
}
