import { Worker } from 'node:worker_threads'
import { GatewayError } from '../../errors.js'
import { ConnectionLost } from '../connection-errors.js'
import type { EmbeddedPeer, EmbeddedStream } from './embedded-stream.js'
import type { FromWorker, ToWorker, WorkerOptions } from './messages.js'

/** One thread with the engine, from its start to its end. */
export class EmbeddedThread implements EmbeddedPeer {
  /** @throws GatewayError DATABASE_UNREACHABLE */
  readonly ready: Promise<void>
  readonly #worker: Worker
  readonly #ended: Promise<void>
  readonly #streams = new Map<number, EmbeddedStream>()
  readonly #numbers = new Map<EmbeddedStream, number>()
  #nextNumber = 1
  #failure: GatewayError | undefined

  constructor(options: WorkerOptions) {
    const worker = new Worker(new URL('./embedded-postgres-worker.js', import.meta.url), {
      workerData: options,
    })
    this.#worker = worker
    this.#ended = new Promise<void>(resolve => worker.on('exit', () => resolve()))
    let detail = 'its thread ended'
    worker.on('error', cause => {
      detail = cause.message
    })
    this.ready = new Promise<void>((resolve, reject) => {
      let isReady = false
      worker.on('message', (message: FromWorker) => {
        if (message.kind !== 'ready') return this.#receive(message)
        isReady = true
        resolve()
      })
      worker.on('exit', () => {
        const canBeReplaced = isReady && options.dataFolder !== undefined
        const failure = canBeReplaced ? new ConnectionLost(new Error(detail)) : unusable(detail)
        this.#failure = failure
        reject(failure)
        for (const stream of this.#streams.values()) stream.destroy(failure)
      })
    })
    this.ready.catch(() => {}) // a replacement's streams get the error; nobody awaits its start
  }

  get isDead(): boolean {
    return this.#failure !== undefined
  }

  connect(stream: EmbeddedStream): void {
    if (this.#failure) return void stream.destroy(this.#failure)
    const connection = this.#nextNumber++
    this.#streams.set(connection, stream)
    this.#numbers.set(stream, connection)
    this.#tell({ kind: 'connect', connection })
  }

  send(stream: EmbeddedStream, bytes: Uint8Array): void {
    const connection = this.#numbers.get(stream)
    if (connection !== undefined)
      this.#tell({ kind: 'bytes', connection, bytes }, [bytes.buffer as ArrayBuffer])
  }

  disconnect(stream: EmbeddedStream): void {
    const connection = this.#numbers.get(stream)
    if (connection !== undefined) this.#streams.delete(connection)
    this.#numbers.delete(stream)
  }

  async close(): Promise<void> {
    this.#tell({ kind: 'close' })
    await this.#ended
  }

  #receive(message: Exclude<FromWorker, { kind: 'ready' }>): void {
    const stream = this.#streams.get(message.connection)
    if (message.kind === 'connected') stream?.onConnected()
    else stream?.onBytes(message.bytes)
  }

  #tell(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer)
  }
}

function unusable(detail: string): GatewayError {
  return new GatewayError('DATABASE_UNREACHABLE', `The embedded database cannot be used: ${detail}`, {
    remedy: 'Restore the data folder from a backup, or start with another one (DATA_DIR)',
  })
}
