import { Worker } from 'node:worker_threads'
import { GatewayError } from '../../errors.js'
import { type EmbeddedPeer, EmbeddedStream } from './embedded-stream.js'
import type { FromWorker, ToWorker, WorkerOptions } from './messages.js'

/** A PostgreSQL (PGlite with pgvector) in a thread of its own, reached by `pg` through `stream`. */
export interface EmbeddedPostgres {
  /** For `new pg.Client({ stream })`. The engine has one connection: keep one client at a time. */
  readonly stream: () => EmbeddedStream
  /** Ends the database cleanly; what was acknowledged is on disk also without it. */
  close(): Promise<void>
}

/**
 * Starts the thread and waits until the database answers.
 * @throws GatewayError DATABASE_UNREACHABLE when the folder cannot be used.
 */
export async function openEmbeddedPostgres(options: WorkerOptions): Promise<EmbeddedPostgres> {
  const worker = new Worker(new URL('./embedded-postgres-worker.js', import.meta.url), {
    workerData: options,
  })
  const streams = new Map<number, EmbeddedStream>()
  const ids = new Map<EmbeddedStream, number>()
  let nextId = 1
  let closing = false
  /** Why no stream can work any more. */
  let dead: GatewayError | undefined
  const tell = (message: ToWorker, transfer: ArrayBuffer[] = []) => worker.postMessage(message, transfer)

  const peer: EmbeddedPeer = {
    connect(stream) {
      if (dead) return void stream.destroy(dead)
      const connection = nextId++
      streams.set(connection, stream)
      ids.set(stream, connection)
      tell({ kind: 'connect', connection })
    },
    send(stream, bytes) {
      const connection = ids.get(stream)
      if (connection !== undefined) tell({ kind: 'bytes', connection, bytes }, [bytes.buffer as ArrayBuffer])
    },
    disconnect(stream) {
      const connection = ids.get(stream)
      if (connection !== undefined) streams.delete(connection)
      ids.delete(stream)
    },
  }

  const ready = deferred()
  const closed = deferred()
  worker.on('message', (message: FromWorker) => {
    switch (message.kind) {
      case 'ready':
        return ready.resolve()
      case 'connected':
        return streams.get(message.connection)?.onConnected()
      case 'bytes':
        return streams.get(message.connection)?.onBytes(message.bytes)
      case 'failed':
        return breakOff(unusable(message.message))
      case 'closed':
        return closed.resolve()
    }
  })
  worker.on('error', cause => die(unusable(cause.message)))
  worker.on('exit', () => die(unusable('its thread ended')))

  function die(error: GatewayError): void {
    dead ??= error
    closed.resolve()
    breakOff(dead)
  }

  function breakOff(error: GatewayError): void {
    ready.reject(error)
    if (closing) closed.resolve()
    for (const stream of streams.values()) stream.destroy(error)
  }

  try {
    await ready.promise
  } catch (error) {
    await worker.terminate()
    throw error
  }
  return {
    stream: () => new EmbeddedStream(peer),
    async close() {
      closing = true
      tell({ kind: 'close' })
      await closed.promise
      await worker.terminate()
    },
  }
}

function unusable(detail: string): GatewayError {
  return new GatewayError('DATABASE_UNREACHABLE', `The embedded database cannot be used: ${detail}`, {
    remedy: 'Restore the data folder from a backup, or start with another one (DATA_DIR)',
  })
}

interface Deferred {
  readonly promise: Promise<void>
  resolve(): void
  reject(error: Error): void
}

function deferred(): Deferred {
  let resolve: () => void = () => {}
  let reject: (error: Error) => void = () => {}
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  promise.catch(() => {}) // whoever awaits it sees the rejection; a late one has no waiter
  return { promise, resolve, reject }
}
