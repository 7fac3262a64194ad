import type { CatalogFacts } from '../advice/catalog-facts.js'
import type { Plan } from '../plan/plan.js'

/** What a rule looks at. */
export interface RuleInput {
  readonly plan: Plan
  /** Normalised. */
  readonly sql: string
  /** Sizes, columns and indexes of the relations in the plan; a rule does without what is absent. */
  readonly catalog: CatalogFacts
}

export type Severity = 'critical' | 'warning' | 'info'

/** What a rule found in a plan. */
export interface RuleHit {
  /** Which nodes, as `Node Type` and relation, deepest culprit first. */
  readonly nodes: readonly string[]
  readonly severity: Severity
  /** What is the matter, with its numbers; no value of the query. */
  readonly message: string
  readonly advice: string
  /** Share of the statement's time or cost, 0 to 1. */
  readonly share: number
}

export interface Rule {
  /** Such as 'selective-seq-scan'. */
  readonly id: string
  /** Of the table in docs/query-profiler.md. */
  readonly number: number
  readonly title: string
  /** It can only tell from a plan that was run. */
  readonly needsAnalyze: boolean
  check(input: RuleInput): readonly RuleHit[]
}

/** A rule's hit on a statement's plan; what `report().findings` lists. */
export interface Finding extends RuleHit {
  readonly rule: string
  readonly fingerprint: string
  readonly sql: string
  readonly estimateOnly: boolean
}
