import type { PlanRequest } from './plan-database.js'

/** A key of a plan, and a value by which the rule must fall silent: nodes that have the key get it; undefined: they lose it. */
export type Mutation = readonly [key: string, value: unknown]

export interface PlanCase {
  readonly rule: string
  /** The rule speaks, with these words in its message or advice. */
  readonly found: PlanRequest & { readonly says: readonly (string | RegExp)[] }
  /** Nearly the same, and the rule is silent. */
  readonly nearMisses: readonly PlanRequest[]
  /** Each alone makes the plan of `found` one that the rule is silent about. */
  readonly quietBy: readonly Mutation[]
}

export const smallMemory = { work_mem: '64kB', hash_mem_multiplier: 1 }
export const largeMemory = { work_mem: '256MB' }
/** As auto_explain and the explainer ask. */
export const estimated = ''
