import type { QueryRecord } from '../capture/query-record.js'
import type { RequestScope } from '../capture/request-scope.js'
import type { Statement } from '../fingerprint/statement.js'
import type { NPlusOneKind, NPlusOneReport } from './n-plus-one-report.js'
import type { TrackedCall } from './tracked-call.js'

/** Counts the queries of each request by shape and place, within bounds. */
export interface NPlusOneDetector {
  /**
   * A query is called within a request, synchronously from where it was called. Returns what its record is to have as
   * `call`.
   */
  called(
    request: RequestScope,
    statement: Statement,
    text: string,
    values: readonly unknown[] | undefined,
    calledAtMs: number,
  ): TrackedCall | undefined
  ended(record: QueryRecord): void
  /** Nothing more is asked by this request. */
  requestEnded(request: RequestScope): void
  /** Most time lost first; those of requests under way included. */
  reports(): readonly NPlusOneReport[]
  /** Requests that were reported, by kind; starts at 0. */
  readonly counts: Readonly<Record<NPlusOneKind, number>>
  /** Queries and places that were not looked at, since their request or the reports had no room. */
  readonly overflow: number
}
