import type { AdviceOptions } from './advice.js'
import { type IndexCandidate, tableName } from './index-candidate.js'
import type { PlannableQuery } from './plannable-query.js'
import type { PredictedCost, WhatIfPlanner } from './what-if.js'

/** A query of the workload that the planner plans, and what it costs as things are. */
export interface CostedQuery {
  readonly query: PlannableQuery
  readonly tables: ReadonlySet<string>
  readonly base: PredictedCost
}

/** Asks the planner each thing once: a query's cost depends only on the indexes of its own tables. */
export class CostBook {
  readonly #known = new Map<string, PredictedCost | undefined>()
  asked = 0

  constructor(
    private readonly planner: WhatIfPlanner,
    private readonly signal: AdviceOptions['signal'],
  ) {}

  /** @returns undefined where the server does not plan the query with these indexes. */
  async costOf(
    costed: Pick<CostedQuery, 'query' | 'tables'>,
    indexes: readonly IndexCandidate[],
  ): Promise<PredictedCost | undefined> {
    this.signal?.throwIfAborted()
    const relevant = indexes.filter(index => costed.tables.has(tableName(index.table)))
    const names = relevant.map(index => index.definition).sort()
    const key = JSON.stringify([costed.query.sql, ...names])
    if (!this.#known.has(key)) {
      this.asked++
      this.#known.set(key, await this.planner.costOf(costed.query, relevant).catch(() => undefined))
    }
    return this.#known.get(key)
  }
}
