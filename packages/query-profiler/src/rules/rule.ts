import type { PlanWalk, Visit } from './plan-walk.js'

export type { RuleInput } from './rule-input.js'

/** Most severe first. */
export const severities = ['critical', 'warning', 'info'] as const
export type Severity = (typeof severities)[number]

/** What a rule found in a plan. */
export interface RuleHit {
  /** Which nodes, as `Node Type` and relation, culprit first; empty: the statement as a whole. */
  readonly nodes: readonly string[]
  readonly severity: Severity
  /** What is the matter, with its numbers; no value of the query. */
  readonly message: string
  readonly advice: string
  /** Share of the statement's time or cost, 0 to 1. */
  readonly share: number
}

/** A hit while its nodes are still those of the plan. */
export interface NodeHit extends Omit<RuleHit, 'nodes'> {
  readonly nodes: readonly Visit[]
}

export interface Rule {
  /** Such as 'selective-seq-scan'. */
  readonly id: string
  /** Of the table in docs/plan-rules.md. */
  readonly number: number
  readonly title: string
  /** What makes it speak, and what to do, for that table. */
  readonly trigger: string
  readonly remedy: string
  /** It can only tell from a plan that was run. */
  readonly needsAnalyze: boolean
  /** It names a symptom: silent where another rule speaks of the same node. */
  readonly isGeneral?: true
  check(walk: PlanWalk): readonly NodeHit[]
}

/** A rule's hit on a statement's plan; what `report().findings` lists. */
export interface Finding extends RuleHit {
  readonly rule: string
  readonly fingerprint: string
  readonly sql: string
  readonly estimateOnly: boolean
}
