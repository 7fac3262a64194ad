import type { CallLog } from './call-log.js'
import { markCaptured } from './captured.js'
import { Execution, type Line } from './execution.js'
import { bindCallback, followCall, followPromise, isThenable } from './follow-call.js'
import { overrideProperty } from './override-property.js'
import { PagedExecution } from './paged-execution.js'
import type { PgClient, PgQuery } from './pg-shapes.js'
import type { QueryRecord } from './query-record.js'
import type { RequestContext } from './request-context.js'
import { pageReaderOf, watchQuery, watchSubmittable } from './watch-query.js'

/** Common to a target and its clients. */
export interface CaptureState {
  readonly log: CallLog
  readonly requests: RequestContext | undefined
  /** Set while a pool hands a client over for a query that is recorded already. */
  handedOver: QueryRecord | undefined
}

export interface ClientCapture {
  readonly line: Line
  close(): void
}

/** Follows each query of one client of pg; the arguments that pg and its subclasses get stay as they are. */
export function captureClient(client: PgClient, state: CaptureState): ClientCapture {
  const { log, requests } = state
  const line: Line = {
    connection: client.connection,
    freeAtMs: 0,
    bytesRead: client.connection?.stream?.bytesRead ?? 0,
    checkoutWaitMs: 0,
  }
  const { query: originalQuery, _pulseQueryQueue: originalPulse } = client
  let isClosed = false
  /** Called, and not yet in pg's queue. */
  let incoming: Execution | undefined
  let submittable: PgQuery | undefined

  function pulse(this: PgClient, ...args: unknown[]): void {
    if (incoming) {
      const queued = this._queryQueue!.at(-1)!
      if (queued === submittable) watchSubmittable(queued, incoming)
      else watchQuery(queued, incoming)
      incoming = undefined
    }
    originalPulse!.apply(this, args)
  }

  function begin(config: unknown, values: unknown): QueryRecord | undefined {
    const calledAtMs = performance.now() - line.checkoutWaitMs
    line.checkoutWaitMs = 0
    return log.called(config, values, calledAtMs)
  }

  function query(this: PgClient, ...args: unknown[]): unknown {
    if (isClosed) return originalQuery.apply(this, args)
    const handedOver = state.handedOver
    state.handedOver = undefined
    const record = handedOver ?? begin(args[0], args[1])
    if (!record) return originalQuery.apply(this, args)
    if (!handedOver && requests) bindCallback(args, requests)
    submittable = isSubmittable(args[0]) ? args[0] : undefined
    const isPaged = submittable !== undefined && pageReaderOf(submittable)
    const execution = isPaged ? new PagedExecution(log, record, line) : new Execution(log, record, line)
    if (!canWatch) return followCall(() => originalQuery.apply(this, args), args, execution)
    incoming = execution
    try {
      const result = originalQuery.apply(this, args)
      // pg took it into its queue, and it is watched.
      if (incoming !== execution) return result
      if (isThenable(result)) return followPromise(result, execution)
      execution.failed(undefined)
      return result
    } catch (error) {
      execution.failed(error)
      throw error
    } finally {
      if (incoming === execution) incoming = undefined
    }
  }

  const canWatch = isWatchable(client)
  const restores = [markCaptured(client), overrideProperty(client, 'query', query)]
  if (canWatch) restores.push(overrideProperty(client, '_pulseQueryQueue', pulse))
  return {
    line,
    close() {
      isClosed = true
      for (const restore of restores) restore()
    },
  }
}

function isSubmittable(config: unknown): config is PgQuery {
  return typeof config === 'object' && config !== null && typeof (config as PgQuery).submit === 'function'
}

/** False of pg-native, whose queries do not say what becomes of them. */
function isWatchable(client: PgClient): boolean {
  const isQueued = typeof client._pulseQueryQueue === 'function' && Array.isArray(client._queryQueue)
  return isQueued && !('native' in client)
}
