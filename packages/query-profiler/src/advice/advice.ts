import type { DatabaseSession } from './database-session.js'

/** A statement and how often it runs. */
export interface WorkloadQuery {
  readonly fingerprint: string
  /** With placeholders or values; what is shown of it is normalised. */
  readonly sql: string
  readonly calls: number
  /** Mean milliseconds an execution; null: unknown. */
  readonly meanMs: number | null
}

export interface Workload {
  readonly queries: readonly WorkloadQuery[]
  /** Days that the calls are from; null: unknown. */
  readonly days: number | null
  readonly source: 'profiler' | 'pg_stat_statements' | 'file'
  /** What could not be used, and why; for a person. */
  readonly skipped: readonly { readonly sql: string; readonly reason: string }[]
}

/** How an index's use was predicted; said with each advice. */
export type WhatIf = 'hypopg' | 'scratch' | 'statistics'

/** The decision record of an index to create, or of one to drop. */
export interface IndexAdvice {
  readonly action: 'create' | 'drop' | 'repair'
  /** 'schema.table'. */
  readonly table: string
  /** `CREATE INDEX CONCURRENTLY …` or `DROP INDEX CONCURRENTLY …`; text, never run by this package on the advised database. */
  readonly ddl: string
  /** For a person: why, in a sentence or two. */
  readonly reason: string
  readonly helped: readonly QueryEffect[]
  readonly harmed: readonly QueryEffect[]
  /** Bytes of the index, predicted; after `verify`, measured. */
  readonly bytes: { readonly low: number; readonly high: number }
  readonly writes: {
    /** Rows written to the table a day; null: unknown. */
    readonly rowsPerDay: number | null
    /** Bytes written to the index in relation to those written to the table (pganalyze's index write overhead). */
    readonly overhead: number
    /** Updates of the table that were heap-only and would no longer be, 0 to 1. */
    readonly lostHotUpdates: number
  }
  /** Names of existing indexes that it makes superfluous, or that make it superfluous. */
  readonly redundantWith: readonly string[]
  readonly confidence: 'measured' | 'high' | 'medium' | 'low'
  readonly confidenceReason: string
  readonly howToVerify: string
  readonly howToUndo: string
}

export interface QueryEffect {
  readonly fingerprint: string
  readonly sql: string
  readonly callsPerDay: number | null
  readonly costBefore: number
  readonly costAfter: number
  /** The planner chose the index. */
  readonly used: boolean
  /** Milliseconds, by `verify`. */
  readonly measured?: { readonly beforeMs: number; readonly afterMs: number }
}

/** Advice that is not an index: `ANALYZE`, extended statistics, a rewrite. */
export interface OtherAdvice {
  readonly kind: 'analyze' | 'statistics' | 'rewrite' | 'vacuum'
  readonly text: string
  readonly reason: string
}

export interface Advice {
  readonly whatIf: WhatIf
  /** Most saved first. */
  readonly indexes: readonly IndexAdvice[]
  readonly others: readonly OtherAdvice[]
  /** Cost of the whole workload, weighted by calls, before and with all advice. */
  readonly workloadCost: { readonly before: number; readonly after: number }
  /** What was not advised upon, and why. */
  readonly notes: readonly string[]
}

/** What an audit of the existing indexes says. */
export interface IndexAudit {
  readonly indexes: readonly IndexAdvice[]
  /** What could not be judged, and why, such as statistics that are too young. */
  readonly notes: readonly string[]
}

export interface AdviceOptions {
  /** Bytes that all new indexes together may take. Default: a tenth of the advised tables, at least 100 MB. */
  readonly budgetBytes?: number
  /** A copy of the database: where HypoPG is missing, indexes are built there, asked of the planner, and dropped. */
  readonly scratch?: DatabaseSession
  readonly onProgress?: (done: number, total: number, what: string) => void
  readonly signal?: AbortSignal
}
