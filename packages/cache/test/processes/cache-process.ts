import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const workerFile = fileURLToPath(new URL('./worker.mjs', import.meta.url))

export interface WorkerOptions {
  readonly redis: object
  readonly prefix: string
  readonly verifyHits?: number
  readonly remoteTimeoutMs?: number
  /** Invalidations are not applied: for tests of the tester. */
  readonly deaf?: boolean
}

export interface WorkerEvents {
  /** What the source has; undefined: it fails. */
  source(keys: readonly string[]): number[] | undefined | Promise<number[]>
  stale(namespace: string): void
  /** A stampede runs. */
  begun(): void
}

export interface Message {
  readonly call: string
  readonly [field: string]: unknown
}

/** What worker.mjs says. */
interface Told {
  readonly ready?: true
  readonly begun?: true
  readonly stale?: string
  readonly question?: number
  readonly keys?: readonly string[]
  readonly id?: number
  readonly value?: unknown
  readonly error?: { readonly code: string; readonly message: string }
}

/** The worker ended before it answered. */
export class Gone extends Error {}

/** A worker process with a cache, as its parent sees it. */
export class CacheProcess {
  readonly ready: Promise<void>
  stopped = false
  gone = false
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>
  readonly #calls = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>()
  #id = 0

  constructor(options: WorkerOptions, events: WorkerEvents) {
    this.#child = fork(workerFile, [JSON.stringify(options)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#exited = once(this.#child, 'exit')
    this.ready = new Promise((resolve, reject) => {
      this.#child.on('message', message => {
        const told = message as Told
        if (told.ready) resolve()
        else if (told.question !== undefined) void this.#answer(told.question, told.keys ?? [], events)
        else if (told.stale !== undefined) events.stale(told.stale)
        else if (told.begun) events.begun()
        else this.#settle(told)
      })
      this.#child.once('exit', () => {
        this.gone = true
        reject(new Gone('The worker ended'))
        for (const { reject } of this.#calls.values()) reject(new Gone('The worker ended'))
        this.#calls.clear()
      })
    })
    this.ready.catch(() => {})
  }

  call<Value = unknown>(message: Message): Promise<Value> {
    if (this.gone) return Promise.reject(new Gone('The worker ended'))
    const id = ++this.#id
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve: resolve as (value: unknown) => void, reject })
      this.#send({ id, ...message })
    })
  }

  async kill(): Promise<void> {
    this.stopped = true
    this.#child.kill('SIGKILL')
    if (!this.gone) await this.#exited
  }

  stop(): void {
    this.stopped = true
    this.#child.kill('SIGSTOP')
  }

  continue(): void {
    this.stopped = false
    this.#child.kill('SIGCONT')
  }

  async #answer(question: number, keys: readonly string[], events: WorkerEvents): Promise<void> {
    this.#send({ question, versions: await events.source(keys) })
  }

  #send(message: object): void {
    if (this.#child.connected) this.#child.send(message, () => {})
  }

  #settle({ id = -1, value, error }: Told): void {
    const call = this.#calls.get(id)
    this.#calls.delete(id)
    if (error) call?.reject(Object.assign(new Error(error.message), { code: error.code }))
    else call?.resolve(value)
  }
}
