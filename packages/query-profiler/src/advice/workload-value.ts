import type { CostBook, CostedQuery } from './cost-book.js'
import type { IndexCandidate } from './index-candidate.js'
import type { PredictedCost } from './what-if.js'
import type { WriteCost } from './write-cost.js'

/** A cost unit took this long on TPC-H in memory (median; within a factor of 3.4 for nine of ten). For queries without a known time. */
const msPerCost = 0.0047
/**
 * Cheaper by less than this is not faster: measured on TPC-H, plans that cost 13 to 71 % less with a new index took 10 to 80 %
 * longer, and none did that cost less than a fifth. A search of one table has no join order to get wrong.
 */
const trusted = { joins: 5, single: 3 }
/** What a changed plan of little gain is taken to lose of the query's time. */
const riskShare = 0.2
const mostHarm = 1.1

export type Verdict = 'unused' | 'helped' | 'uncertain' | 'harmed'

export interface WorkloadValue {
  /** Milliseconds saved in the time of the workload, writing and risks taken off. */
  readonly ms: number
  /** Milliseconds that the workload takes. */
  readonly remainingMs: number
  /** A query costs over a tenth more. */
  readonly harms: boolean
  /** Of each query. */
  readonly costs: readonly number[]
}

export interface ValueInput {
  readonly queries: readonly CostedQuery[]
  readonly book: CostBook
  readonly writeCostOf: (index: IndexCandidate) => WriteCost
}

export function verdictOf(costed: CostedQuery, after: PredictedCost): Verdict {
  const { base } = costed
  if (after.cost > base.cost * mostHarm) return 'harmed'
  if (after.used.length === 0) return 'unused'
  if (after.used.some(index => after.trapped.includes(index))) return 'uncertain'
  return base.cost / Math.max(after.cost, 0.01) >= trustedGain(costed) ? 'helped' : 'uncertain'
}

/** How many times cheaper a query has to become to be taken for faster. */
export function trustedGain({ query }: CostedQuery): number {
  return query.columns.uses.length > 1 ? trusted.joins : trusted.single
}

/** Milliseconds that a query takes in the time of the workload, as things are. */
export function msOf({ query, base }: CostedQuery): number {
  return query.of.calls * (query.of.meanMs ?? base.cost * msPerCost)
}

/** What a set of indexes is worth to the workload as a whole. */
export async function workloadValue(
  input: ValueInput,
  indexes: readonly IndexCandidate[],
): Promise<WorkloadValue> {
  let ms = 0
  let remainingMs = 0
  let harms = false
  const costs: number[] = []
  for (const costed of input.queries) {
    const before = msOf(costed)
    const after = (await input.book.costOf(costed, indexes)) ?? costed.base
    costs.push(after.cost)
    const verdict = verdictOf(costed, after)
    const saved = verdict === 'helped' ? before * (1 - after.cost / costed.base.cost) : 0
    const risk = verdict === 'uncertain' ? before * riskShare : 0
    harms ||= verdict === 'harmed'
    ms += saved - risk
    remainingMs += before - saved
  }
  for (const index of indexes) ms -= input.writeCostOf(index).ms
  return { ms, remainingMs, harms, costs }
}
