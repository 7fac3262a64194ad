import type { CallSite } from '../capture/call-site.js'
import type { QueryType } from '../fingerprint/statement.js'
import type { NPlusOneReport } from '../n-plus-one/n-plus-one-report.js'
import type { Finding } from '../rules/rule.js'

/** Milliseconds, from a sketch that is right to 5 %. */
export interface Quantiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

/** All executions of a statement since the profiler started. */
export interface QueryReport {
  readonly fingerprint: string
  readonly sql: string
  readonly type: QueryType
  readonly tables: readonly string[]
  readonly calls: number
  readonly errors: Readonly<Record<string, number>>
  readonly rows: number
  readonly bytes: number
  /** Milliseconds in all: waiting for a connection, until the server answered, and reading the answer. */
  readonly waitMs: number
  readonly serverMs: number
  readonly decodeMs: number
  /** Of server and decoding together. */
  readonly durationMs: Quantiles
  /** Executions that were slow. */
  readonly slow: number
  /** The route that asked most often; empty: outside of a request. */
  readonly route: string
  readonly callSite: CallSite | null
}

export interface SlowQueryReport {
  readonly fingerprint: string
  readonly sql: string
  readonly route: string
  readonly requestId: string | null
  readonly callSite: CallSite | null
  /** ISO 8601. */
  readonly at: string
  readonly waitMs: number
  readonly serverMs: number
  readonly decodeMs: number
  readonly rows: number
  /** Over the fixed threshold, or far over what is usual for this statement. */
  readonly rule: 'threshold' | 'baseline'
  /** Milliseconds that it was compared with. */
  readonly limitMs: number
}

export interface ProfilerReport {
  /** Most time first. */
  readonly queries: readonly QueryReport[]
  /** Newest first, at most 200. */
  readonly slow: readonly SlowQueryReport[]
  /** Most time lost first. */
  readonly nPlusOne: readonly NPlusOneReport[]
  /** What the plans show; most time first. */
  readonly findings: readonly Finding[]
  /** Statements that no longer have a row of their own, since there were too many. */
  readonly forgottenStatements: number
}
