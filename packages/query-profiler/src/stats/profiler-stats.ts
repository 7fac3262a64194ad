import type { QueryType } from '../fingerprint/statement.js'
import type { NPlusOneKind } from '../n-plus-one/n-plus-one-report.js'

/** Upper bounds of the buckets of query durations, in seconds; a last one without bound follows. */
export const durationBucketsSeconds = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
] as const

/** Counts since the profiler started; read when somebody asks. */
export interface ProfilerStats {
  readonly active: number
  readonly byType: Readonly<Record<QueryType, QueryTypeStats>>
  readonly nPlusOne: Readonly<Record<NPlusOneKind, number>>
  readonly forgottenStatements: number
}

export interface QueryTypeStats {
  readonly queries: number
  readonly errors: number
  readonly slow: number
  /** Seconds, server and decoding together. */
  readonly durationSum: number
  /** As many as bounds and one more, not cumulated. */
  readonly durationCounts: ArrayLike<number>
  readonly rows: number
  readonly waitSum: number
}
