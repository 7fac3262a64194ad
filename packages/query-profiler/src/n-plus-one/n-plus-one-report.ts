import type { CallSite } from '../capture/call-site.js'

export type NPlusOneKind =
  /** One query for each of several rows: fetch them together. */
  | 'n-plus-one'
  /** The same query with the same values: fetch it once, or cache it. */
  | 'duplicate'
  /** One write for each of several rows: write them together. */
  | 'write-loop'

export interface NPlusOneReport {
  readonly kind: NPlusOneKind
  readonly fingerprint: string
  readonly sql: string
  readonly route: string
  /** Of the last request that did it. */
  readonly requestId: string
  /** Queries of the worst request. */
  readonly count: number
  /** Milliseconds that they took there, one after the other or not. */
  readonly timeMs: number
  /** Requests that did it since the profiler started. */
  readonly requests: number
  /** Where they are called; the innermost line of the application. */
  readonly callSite: CallSite
  /** What called that, as far as it is known; at most two. */
  readonly callers: readonly CallSite[]
  /** The query whose rows they were most likely for: the last before them that returned about as many. */
  readonly parent: { readonly fingerprint: string; readonly sql: string; readonly rows: number } | null
  /** What to write instead, for a person; names the tables and columns. */
  readonly fix: string
}
