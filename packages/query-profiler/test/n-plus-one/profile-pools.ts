import { fileURLToPath } from 'node:url'
import { runInThisContext } from 'node:vm'
import { Pool } from 'pg'
import { instrument } from '#src/capture/instrument'
import type { QueryObserver, QueryRecord } from '#src/capture/query-record'
import { RequestContext } from '#src/capture/request-context'
import type { RequestInfo } from '#src/capture/request-scope'
import { createStatementCatalog } from '#src/fingerprint/statement-catalog'
import type { NPlusOneDetector } from '#src/n-plus-one/n-plus-one-detector'

type Called = QueryObserver['called']

/** Its frame is taken for one of the profiler's own, as that of `QueryLog` is. */
const callDetector = runInThisContext(
  `((detector, read, write) => (text, values, calledAtMs) => {
    const { request, statement } = read(text)
    const stack = request && detector.called(request, statement, text, values, calledAtMs)
    return write(request, statement, calledAtMs, stack)
  })`,
  { filename: fileURLToPath(new URL('../../dist/harness.js', import.meta.url)) },
) as (
  detector: NPlusOneDetector,
  read: (text: string) => Pick<QueryRecord, 'request' | 'statement'>,
  write: (
    request: QueryRecord['request'],
    statement: QueryRecord['statement'],
    calledAtMs: number,
    stack: Error | undefined,
  ) => QueryRecord,
) => Called

/** Pools whose queries a detector is told of, by the capture and the catalog that the profiler uses. */
export class ProfiledPools {
  private readonly requests: RequestContext
  private readonly observer: QueryObserver

  constructor(
    detector: NPlusOneDetector,
    private readonly url: string,
  ) {
    this.requests = new RequestContext(request => detector.requestEnded(request))
    const catalog = createStatementCatalog({ maxStatements: 1000 })
    const called = callDetector(
      detector,
      text => ({ request: this.requests.current(), statement: catalog.statementOf(text) }),
      (request, statement, calledAtMs, stack) => ({
        ...{ request, statement, calledAtMs, stack, sentAtMs: 0, answeredAtMs: 0, endedAtMs: 0, rows: 0 },
        ...{ bytes: 0, sqlState: undefined, values: undefined },
      }),
    )
    this.observer = { called, ended: record => detector.ended(record) }
  }

  open(size: number): Pool {
    const pool = new Pool({ connectionString: this.url, max: size })
    instrument(pool, this.observer, this.requests)
    return pool
  }

  runInRequest(request: RequestInfo, handler: () => unknown): Promise<unknown> {
    return this.requests.runInRequest(request, handler)
  }
}
