import type { Statement } from '../fingerprint/statement.js'
import type { RequestScope } from './request-scope.js'

/**
 * One execution of a statement, from the call to its end. Times are milliseconds of `performance.now()`, and each moment
 * has one when `ended` is called. Of a cursor or stream the pauses in which the application asked for no page are left
 * out, so that its moments after the first are earlier than they were.
 */
export interface QueryRecord {
  readonly statement: Statement
  /** The request that asked, taken where the query was called. */
  readonly request: RequestScope | undefined
  /** When the application asked for it; for the first query of a client that it took out, earlier by its wait for that. */
  readonly calledAtMs: number
  /** When it went to the server: after the wait for a connection and for earlier queries on it. */
  sentAtMs: number
  /** When the server began to answer; the end, if it never did. */
  answeredAtMs: number
  endedAtMs: number
  /** Rows returned or written; of a cursor or stream, those that were fetched. */
  rows: number
  /** Bytes received since the query before; 0 where the connection does not tell. */
  bytes: number
  /** SQLSTATE, or `'connection'` when the server did not say it; absent: no error. */
  sqlState: string | undefined
  /** Where it was called, unformatted; captured for few queries only. */
  readonly stack: Error | undefined
  /** Of the detector of N+1, which follows the call. */
  readonly call?: unknown
  /** Of the call; only while `explainWithParameters` is on, and only until the query has ended. */
  values: readonly unknown[] | undefined
}

/** What capture tells of: called in this order, synchronously; must not throw. */
export interface QueryObserver {
  /** The application asks: `values` are looked at here, and not kept. Undefined: the query is not followed. */
  called(text: string, values: readonly unknown[] | undefined, calledAtMs: number): QueryRecord | undefined
  ended(record: QueryRecord): void
}
