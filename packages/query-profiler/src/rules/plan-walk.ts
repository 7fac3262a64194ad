import type { TableFacts } from '../advice/catalog-facts.js'
import type { PlanNode } from '../plan/plan.js'
import { numberOf, textOf } from './plan-values.js'
import type { RuleInput } from './rule-input.js'

/** A node of a plan in its place, with what it took and gave over all its executions. */
export interface Visit {
  readonly node: PlanNode
  readonly type: string
  readonly parent: Visit | undefined
  readonly children: readonly Visit[]
  /** Executions in all, by every process; as the planner expects them in a plan that was not run. */
  readonly loops: number
  /** Processes that share the node's work: workers and the leader. */
  readonly processes: number
  /** Rows given in all. */
  readonly rows: number
  /** Rows read and then dropped by `Filter`, in all; 0 in a plan that was not run. */
  readonly dropped: number
  /** Milliseconds of the statement's duration, children included; cost in a plan without times. */
  readonly total: number
  /** The same without children. */
  readonly self: number
  /** `self` and `total` as shares of the statement's, 0 to 1. */
  readonly selfShare: number
  readonly totalShare: number
  /** What is above may stop reading before its last row, so that fewer rows than planned mean nothing. */
  readonly mayStopEarly: boolean
  readonly table: TableFacts | undefined
}

/** A plan made ready for the rules. */
export interface PlanWalk extends RuleInput {
  /** Parents before their children. */
  readonly visits: readonly Visit[]
  readonly root: Visit
  /** It was run: actual rows are there. */
  readonly analyzed: boolean
  /** What `total` and `self` count. */
  readonly unit: 'ms' | 'cost'
  /** The whole statement, in `unit`. */
  readonly whole: number
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }
type Draft = Omit<Mutable<Visit>, 'parent' | 'children'> & { parent: Draft | undefined; children: Draft[] }

/** Beyond this the rest of a plan is not looked at. */
const maxNodes = 5000

/**
 * Visits every node. Times and rows are PostgreSQL's averages per execution, multiplied by the executions; below a
 * `Gather` these ran side by side, and the time that passed is their sum divided by the processes.
 */
export function walkPlan(input: RuleInput): PlanWalk {
  const { plan } = input
  const unit = plan.analyzed && plan.Plan['Actual Total Time'] !== undefined ? 'ms' : 'cost'
  const visits: Draft[] = []
  const root = visit(plan.Plan, undefined, 1, 1)
  const whole = Math.max(root.total, unit === 'ms' ? (plan['Execution Time'] ?? 0) : 0)
  subtractChildren(visits, unit)
  for (const each of visits) {
    each.selfShare = shareOf(each.self, whole)
    each.totalShare = shareOf(each.total, whole)
    each.mayStopEarly = mayStopEarly(each)
  }
  return { ...input, visits, root, analyzed: plan.analyzed, unit, whole }

  function visit(node: PlanNode, parent: Draft | undefined, expected: number, processes: number): Draft {
    const loops = plan.analyzed ? numberOf(node, 'Actual Loops') : expected
    const perLoop = plan.analyzed ? numberOf(node, 'Actual Rows') : numberOf(node, 'Plan Rows')
    const total =
      unit === 'ms'
        ? (numberOf(node, 'Actual Total Time') * loops) / processes
        : Math.min(numberOf(node, 'Total Cost') * expected, parent?.total ?? Number.POSITIVE_INFINITY)
    const made: Draft = {
      node,
      type: textOf(node, 'Node Type'),
      parent,
      children: [],
      loops,
      processes,
      rows: perLoop * loops * (plan.analyzed ? 1 : processes),
      dropped: numberOf(node, 'Rows Removed by Filter') * loops,
      total,
      self: total,
      selfShare: 0,
      totalShare: 0,
      mayStopEarly: false,
      table: tableOf(node, input),
    }
    visits.push(made)
    const shared = isGather(made) ? processesOf(node, plan.analyzed) : processes
    for (const child of node.Plans ?? []) {
      if (visits.length >= maxNodes) break
      made.children.push(visit(child, made, expectedLoops(made, child, expected), shared))
    }
    return made
  }
}

function shareOf(part: number, whole: number): number {
  const share = part / whole
  return Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0
}

/** How often the planner expects `child` to run in all. */
function expectedLoops(parent: Draft, child: PlanNode, expected: number): number {
  // It runs once, and is read again from memory.
  if (parent.type === 'Materialize') return 1
  const isInner = parent.type === 'Nested Loop' && textOf(child, 'Parent Relationship') === 'Inner'
  const outer = parent.children.find(each => textOf(each.node, 'Parent Relationship') === 'Outer')
  return isInner && outer ? expected * Math.max(1, numberOf(outer.node, 'Plan Rows')) : expected
}

function processesOf(gather: PlanNode, analyzed: boolean): number {
  const workers = numberOf(gather, analyzed ? 'Workers Launched' : 'Workers Planned')
  if (gather['Single Copy'] === true) return Math.max(1, workers)
  // The planner takes the leader to be busy with its workers for 30 % of its time each (get_parallel_divisor).
  return analyzed ? workers + 1 : workers + Math.max(0, 1 - 0.3 * workers)
}

/** The time of a CTE is spent in its scans, wherever the CTE hangs; its cost is counted where it hangs. */
function subtractChildren(visits: readonly Draft[], unit: 'ms' | 'cost'): void {
  const ctes = new Map<string, Draft>()
  for (const each of visits) {
    const cte = unit === 'ms' ? cteNameOf(each.node) : undefined
    if (cte) ctes.set(cte, each)
    else if (each.parent) each.parent.self -= each.total
  }
  for (const each of visits) {
    const name = textOf(each.node, 'CTE Name')
    const cte = ctes.get(name)
    if (cte && each.type === 'CTE Scan' && ctes.delete(name)) each.self -= cte.total
  }
  for (const each of visits) each.self = Math.max(0, each.self)
}

/** Of the sub-plan that fills a CTE. */
export function cteNameOf(node: PlanNode): string | undefined {
  const name = textOf(node, 'Subplan Name')
  return name.startsWith('CTE ') ? name.slice(4) : undefined
}

export function isGather(visit: Visit): boolean {
  return visit.type === 'Gather' || visit.type === 'Gather Merge'
}

const readsAll = new Set(['Sort', 'Hash', 'Bitmap Heap Scan', 'BitmapAnd', 'BitmapOr', 'ModifyTable'])

function mayStopEarly({ node, parent }: Visit): boolean {
  if (!parent) return false
  const relationship = textOf(node, 'Parent Relationship')
  if (relationship === 'SubPlan' || relationship === 'InitPlan') return true
  if (parent.type === 'Limit' || parent.type === 'Merge Join') return true
  if (parent.type === 'Nested Loop' && relationship === 'Inner') {
    if (parent.node['Inner Unique'] === true) return true
    if (['Semi', 'Anti'].includes(textOf(parent.node, 'Join Type'))) return true
  }
  if (readsAll.has(parent.type)) return false
  if (parent.type === 'Aggregate' && parent.node.Strategy !== 'Sorted') return false
  return mayStopEarly(parent)
}

function tableOf(node: PlanNode, { catalog }: RuleInput): TableFacts | undefined {
  const name = textOf(node, 'Relation Name')
  if (!name) return undefined
  const schema = textOf(node, 'Schema')
  if (schema) return catalog.tables.get(`${schema}.${name}`)
  const named = [...catalog.tables.values()].filter(table => table.name === name)
  return named.length === 1 ? named[0] : named.find(table => table.schema === 'public')
}

/** All below a node, and itself, parents first. */
export function subtree(visit: Visit): Visit[] {
  return [visit, ...visit.children.flatMap(subtree)]
}
