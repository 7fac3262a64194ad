/**
 * A node of a plan as `EXPLAIN (FORMAT JSON)` names its keys, with what is not on the allow-list left out and every
 * expression normalised: no value of a query or of a table's statistics is in it.
 */
export interface PlanNode {
  readonly 'Node Type': string
  readonly 'Plan Rows': number
  readonly 'Plan Width': number
  readonly 'Startup Cost': number
  readonly 'Total Cost': number
  readonly Plans?: readonly PlanNode[]
  readonly [key: string]: PlanValue
}

export type PlanValue =
  | string
  | number
  | boolean
  | readonly string[]
  | PlanPart
  | readonly PlanPart[]
  | undefined

/** What stands within a node: a worker's share, the groups of an incremental sort. */
export interface PlanPart {
  readonly [key: string]: PlanValue
}

/** A whole plan: the root node and what stands beside it (`Planning Time`, `Execution Time`, `Planning`, `JIT`, `Triggers`, `Settings`). */
export interface Plan {
  readonly Plan: PlanNode
  /** It was run: actual rows and times are there. */
  readonly analyzed: boolean
  readonly 'Planning Time'?: number
  readonly 'Execution Time'?: number
  /** What planning read, such as `Shared Hit Blocks`. */
  readonly Planning?: PlanPart
  readonly JIT?: { readonly Functions?: number; readonly Timing?: { readonly Total?: number } }
  readonly Triggers?: readonly PlanTrigger[]
  readonly Settings?: Readonly<Record<string, string>>
}

export interface PlanTrigger {
  readonly 'Trigger Name'?: string
  readonly 'Constraint Name'?: string
  readonly Relation?: string
  readonly Time?: number
  readonly Calls?: number
}

/** A plan as it was found for a statement. */
export interface PlanRecord {
  readonly fingerprint: string
  readonly sql: string
  /** Of its shape: node types, relations, indexes and conditions; equal for equal plans of other costs. */
  readonly planHash: string
  readonly plan: Plan
  /** ISO 8601, when it was first and last seen. */
  readonly firstSeenAt: string
  readonly lastSeenAt: string
  /** Planned for any values, or for those of the call. */
  readonly generic: boolean
  /** Milliseconds: the median of the statement while this plan was in use; null: too few executions. */
  readonly medianMs: number | null
}
