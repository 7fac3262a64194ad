import type { Advice, AdviceOptions, IndexAudit, Workload } from './advice/advice.js'
import type { RequestInfo, RequestScope } from './capture/request-scope.js'
import type { PlanRecord } from './plan/plan.js'
import type { PlanChange } from './plan/plan-history.js'
import type { Prediction } from './predict/prediction.js'
import type { ProfilerReport } from './report/profiler-report.js'
import type { ProfilerStats } from './stats/profiler-stats.js'

export interface QueryProfiler {
  /** Runs `handler`; what it and all that it calls ask of the database counts as this request's. */
  runInRequest<T>(request: RequestInfo, handler: () => T | Promise<T>): Promise<T>
  /** The same for a server that has a hook at the start and one at the end of a request. */
  openRequest(request: RequestInfo): OpenRequest
  /** The object that the request which asks was opened with, for others that count by request; undefined: it is none's. */
  currentRequest(): RequestInfo | undefined
  report(): ProfilerReport
  /** Plain numbers, for metrics. */
  stats(): ProfilerStats
  /** Plans by statement, newest first. */
  plans(): readonly PlanRecord[]
  /** Plans that took the place of others, newest first, with both. */
  planChanges(): readonly PlanChange[]
  /** What a query will take: from its own past, or from its plan if it has not run; that is asked for, not run. */
  predict(sql: string): Promise<Prediction>
  /** The queries that were profiled, as `advise` takes them. */
  workload(): Workload
  /**
   * Advice for the queries that were profiled.
   * @throws ProfilerError DATABASE_UNREADABLE or PROFILER_CLOSED.
   */
  advise(options?: AdviceOptions): Promise<Advice>
  /**
   * Indexes that are redundant, unused or invalid, and foreign keys without one.
   * @throws ProfilerError DATABASE_UNREADABLE or PROFILER_CLOSED.
   */
  indexes(): Promise<IndexAudit>
  /** Leaves the pool as it was found; waits for an `EXPLAIN` under way. Reports stay readable. */
  close(): Promise<void>
}

export interface OpenRequest {
  /** Its queries so far, those of requests within it not counted. */
  readonly counts: Readonly<Pick<RequestScope, 'databaseTimeMs' | 'queries'>>
  run<T>(work: () => T): T
  end(): void
}
