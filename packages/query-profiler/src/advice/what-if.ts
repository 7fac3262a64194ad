import type { WhatIf } from './advice.js'
import type { IndexCandidate } from './index-candidate.js'
import type { PlannableQuery } from './plannable-query.js'

/** What a query would cost if these indexes were there, in the planner's units. */
export interface PredictedCost {
  readonly cost: number
  /** Of the indexes asked about, those that the plan reads. */
  readonly used: readonly IndexCandidate[]
  /**
   * Of these, the ones that it reads in order while it leaves out what does not match, until a LIMIT is reached: the planner
   * takes matching rows to be spread evenly, so the cost says little.
   */
  readonly trapped: readonly IndexCandidate[]
}

/** Predicts; nothing outlives `close`. */
export interface WhatIfPlanner {
  readonly kind: WhatIf
  /** @throws what the server says of a query that it cannot plan */
  costOf(query: PlannableQuery, indexes: readonly IndexCandidate[]): Promise<PredictedCost>
  /** Of the indexes, those it cannot imagine, such as GIN in HypoPG; they are taken for absent. */
  cannotImagine(index: IndexCandidate): boolean
  close(): Promise<void>
}
