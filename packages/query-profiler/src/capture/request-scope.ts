/** What a query is attributed to: an HTTP request, a job, a GraphQL operation. */
export interface RequestInfo {
  readonly id: string
  /** A template of a closed set, such as 'GET /api/sessions/:id/messages'; never a path with ids in it. */
  readonly route: string
}

/** Where a request keeps its calls for the detector of N+1, so that they are forgotten with it if nobody ends it; no JSON has it. */
export const callsOfRequest = Symbol('calls')

/** A request under way, and what its queries have done so far. */
export interface RequestScope extends RequestInfo {
  /** What it was opened with. */
  readonly info: RequestInfo
  readonly startedAtMs: number
  /** Milliseconds of the queries that have ended, waits included. */
  databaseTimeMs: number
  queries: number
  [callsOfRequest]?: unknown
}
