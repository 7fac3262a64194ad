import type { Worker } from 'node:worker_threads'
import { GatewayError } from '../errors.js'
import type { EmbedOptions } from './embedder.js'

/** What a worker is sent: one text at a time, so that an urgent one never waits for a long slice. */
export interface TextJob {
  readonly id: number
  readonly text: string
}

/** What a worker answers. It never repeats the text, which may be a clinician's. */
export type TextJobResult =
  | { readonly id: number; readonly vector: Float32Array }
  | { readonly id: number; readonly failure: string }

interface Task extends TextJob {
  done(vector: Float32Array): void
  failed(error: unknown): void
}

/**
 * Texts a worker is given at once: one that it computes and one that waits there, so that it does not stand idle while
 * the answer of the first is on its way.
 */
const textsAtWorker = 2

/** Spreads texts over worker threads that are started when first needed and replaced after a crash. */
export class TextWorkerPool {
  readonly #spawn: () => Worker
  readonly #size: number
  readonly #workers = new Map<Worker, Map<number, Task>>()
  readonly #queues = { interactive: new Set<Task>(), batch: new Set<Task>() }
  #lastId = 0
  #isClosed = false

  constructor(options: { readonly size: number; readonly spawn: () => Worker }) {
    this.#size = options.size
    this.#spawn = options.spawn
  }

  /**
   * The workers' answers in the order of the texts. The first failure fails the call and drops what it still has queued.
   * @throws GatewayError EMBEDDER_FAILED; the signal's reason when aborted.
   */
  async run(
    texts: readonly string[],
    { priority = 'batch', signal }: EmbedOptions = {},
  ): Promise<Float32Array[]> {
    signal?.throwIfAborted()
    if (this.#isClosed) throw closedError()
    if (texts.length === 0) return []
    const queue = this.#queues[priority]
    const tasks: Task[] = []
    let onAbort = () => {}
    try {
      return await new Promise<Float32Array[]>((resolve, reject) => {
        const vectors = new Array<Float32Array>(texts.length)
        let missing = texts.length
        onAbort = () => reject(signal?.reason)
        signal?.addEventListener('abort', onAbort, { once: true })
        for (const [index, text] of texts.entries()) {
          this.#lastId += 1
          const done = (vector: Float32Array) => {
            vectors[index] = vector
            missing -= 1
            if (missing === 0) resolve(vectors)
          }
          tasks.push({ id: this.#lastId, text, done, failed: reject })
          queue.add(tasks.at(-1)!)
        }
        this.#dispatch()
      })
    } finally {
      signal?.removeEventListener('abort', onAbort)
      for (const task of tasks) queue.delete(task)
    }
  }

  /** Fails what is under way or queued, and stops the workers. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const queue of Object.values(this.#queues)) {
      for (const task of queue) task.failed(closedError())
      queue.clear()
    }
    const workers = [...this.#workers.keys()]
    for (const worker of workers) this.#retire(worker, closedError())
    await Promise.all(workers.map(worker => worker.terminate()))
  }

  #dispatch(): void {
    for (let task = this.#nextTask(); task; task = this.#nextTask()) {
      const worker = this.#workerWithRoom()
      if (!worker) return
      for (const queue of Object.values(this.#queues)) queue.delete(task)
      this.#workers.get(worker)!.set(task.id, task)
      worker.postMessage({ id: task.id, text: task.text } satisfies TextJob)
    }
  }

  #nextTask(): Task | undefined {
    for (const queue of [this.#queues.interactive, this.#queues.batch]) {
      for (const task of queue) return task
    }
    return undefined
  }

  /** An idle worker, else a new one, else the least busy one; none when all have enough. */
  #workerWithRoom(): Worker | undefined {
    let best: Worker | undefined
    let bestLoad = textsAtWorker
    for (const [worker, { size: load }] of this.#workers) {
      if (load < bestLoad) [best, bestLoad] = [worker, load]
    }
    return bestLoad > 0 && this.#workers.size < this.#size ? this.#start() : best
  }

  #start(): Worker {
    const worker = this.#spawn()
    const tasks = new Map<number, Task>()
    this.#workers.set(worker, tasks)
    worker.on('message', (result: TextJobResult) => {
      const task = tasks.get(result.id)
      tasks.delete(result.id)
      if ('vector' in result) task?.done(result.vector)
      else task?.failed(new GatewayError('EMBEDDER_FAILED', `The embedder failed: ${result.failure}`))
      this.#dispatch()
    })
    const onEnd = (cause?: unknown) => {
      this.#retire(worker, new GatewayError('EMBEDDER_FAILED', 'A worker of the embedder stopped', { cause }))
      this.#dispatch()
    }
    worker.on('error', onEnd)
    worker.on('exit', () => onEnd())
    return worker
  }

  #retire(worker: Worker, error: GatewayError): void {
    const tasks = this.#workers.get(worker)
    this.#workers.delete(worker)
    for (const task of tasks?.values() ?? []) task.failed(error)
  }
}

function closedError(): GatewayError {
  return new GatewayError('EMBEDDER_FAILED', 'The embedder is closed')
}
