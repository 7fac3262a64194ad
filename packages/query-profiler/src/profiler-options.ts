/** How the profiler finds out about plans. Every kind keeps to the rules of `docs/query-profiler.md`, "Plans". */
export type ExplainMode =
  /** No plans. */
  | 'off'
  /** `EXPLAIN` without running the statement; a generic plan where the server can. */
  | 'plan'
  /** `EXPLAIN ANALYZE` of pure `SELECT`s, as well; for a replica or a database that is not production. */
  | 'analyze'

export interface ProfilerOptions {
  /** Milliseconds from which a query is slow, from being sent to its last row; the wait for a connection never counts. Default 100. */
  readonly slowQueryThresholdMs?: number
  /** Queries of one shape, from one place of the code, in one request, from which they are reported. Default 10. */
  readonly nPlusOneThreshold?: number
  /** Default 'plan'. */
  readonly explain?: ExplainMode
  /** Explains with the values of the call, which are kept in memory until then and nowhere else. Default false. */
  readonly explainWithParameters?: boolean
  /** SQL that is sent once on each connection the profiler opens for itself: what the application sends on its own. */
  readonly connectionSetUp?: string
  /** Statements that are told apart; the rest is counted together. Default 1000. */
  readonly maxStatements?: number
  /** Told of each slow query and of each N+1, without any value of a parameter. Absent: nobody. */
  readonly logger?: ProfilerLogger
}

export interface ProfilerLogger {
  warn(fields: object, message: string): void
}
