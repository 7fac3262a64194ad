import { isCaptured, markCaptured } from './captured.js'
import { type CaptureState, type ClientCapture, captureClient } from './client-capture.js'
import { bindCallback } from './follow-call.js'
import { overrideProperty } from './override-property.js'
import type { PgClient, PgPool } from './pg-shapes.js'
import { sqlStateOf } from './sql-state.js'

type ConnectCallback = (this: unknown, error: unknown, client: PgClient | undefined, release: unknown) => void

/**
 * Follows the queries of a pool and of its clients. `pool.query` asks for a client and gives it the query, each in one
 * go, so the query is counted where the application called and its wait for a connection is known.
 */
export function capturePool(pool: PgPool, state: CaptureState): () => void {
  const { log, requests } = state
  const clients = new Map<PgClient, ClientCapture>()
  const { query: originalQuery, connect: originalConnect } = pool
  let isClosed = false
  /** The arguments of `pool.query`, until it asks for a client. */
  let asking: unknown[] | undefined

  function include(client: PgClient): void {
    if (!isClosed && !clients.has(client) && !isCaptured(client))
      clients.set(client, captureClient(client, state))
  }

  function forget(client: PgClient): void {
    clients.get(client)?.close()
    clients.delete(client)
  }

  function query(this: PgPool, ...args: unknown[]): unknown {
    if (isClosed) return originalQuery.apply(this, args)
    if (requests) bindCallback(args, requests)
    asking = args
    try {
      return originalQuery.apply(this, args)
    } finally {
      asking = undefined
    }
  }

  function connect(this: PgPool, ...args: unknown[]): unknown {
    if (isClosed) return originalConnect.apply(this, args)
    const calledAtMs = performance.now()
    const [callback] = args as [ConnectCallback | undefined]
    const asked = asking
    asking = undefined
    if (typeof callback === 'function') {
      args[0] = asked
        ? handOver(asked, calledAtMs, callback)
        : lend(requests ? requests.bind(callback) : callback, calledAtMs)
      return originalConnect.apply(this, args)
    }
    const lent = originalConnect.apply(this, args) as Promise<PgClient>
    // In the promise's chain: V8 finds the frames of who awaits only where one waits for each promise.
    return lent.then(client => {
      lentAfter(client, calledAtMs)
      return client
    })
  }

  /** For `pool.query`: its callback gives the query to the client before it returns. */
  function handOver(asked: unknown[], calledAtMs: number, callback: ConnectCallback): ConnectCallback {
    const record = log.called(asked[0], asked[1], calledAtMs)
    if (!record) return callback
    return function (error, client, release) {
      if (error || !client) {
        log.endedUnsent(record, sqlStateOf(error))
        return callback.call(this, error, client, release)
      }
      include(client)
      state.handedOver = record
      try {
        callback.call(this, error, client, release)
      } finally {
        // Nobody watches the client: the profiler was closed meanwhile.
        if (state.handedOver === record) log.endedUnsent(record, undefined)
        state.handedOver = undefined
      }
    }
  }

  function lend(callback: ConnectCallback, calledAtMs: number): ConnectCallback {
    return function (error, client, release) {
      if (client) lentAfter(client, calledAtMs)
      callback.call(this, error, client, release)
    }
  }

  function lentAfter(client: PgClient, calledAtMs: number): void {
    include(client)
    const line = clients.get(client)?.line
    if (line) line.checkoutWaitMs = performance.now() - calledAtMs
  }

  const restores = [
    markCaptured(pool),
    overrideProperty(pool, 'query', query),
    overrideProperty(pool, 'connect', connect),
  ]
  // First, so that what the application sends on a new connection is seen too.
  pool.prependListener('connect', include)
  pool.on('remove', forget)
  for (const client of pool._clients ?? []) include(client)
  return () => {
    isClosed = true
    for (const restore of restores) restore()
    pool.removeListener('connect', include)
    pool.removeListener('remove', forget)
    for (const client of [...clients.keys()]) forget(client)
  }
}
