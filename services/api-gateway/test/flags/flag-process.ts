import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const workerFile = fileURLToPath(new URL('./flag-worker.mjs', import.meta.url))

/** What `flag-worker.mjs` says. */
interface Told {
  readonly ready?: true
  readonly id?: number
  readonly value?: unknown
  readonly error?: WorkerError
}

export interface WorkerError {
  readonly code: string
  readonly message: string
}

/** A process with flags, as its parent sees it. */
export class FlagProcess {
  readonly ready: Promise<void>
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>
  readonly #calls = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>()
  #id = 0
  #gone = false

  constructor(environment: Readonly<Record<string, string>>) {
    this.#child = fork(workerFile, [JSON.stringify(environment)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#exited = once(this.#child, 'exit')
    this.ready = new Promise((resolve, reject) => {
      this.#child.on('message', message => {
        const told = message as Told
        if (told.ready) return resolve()
        const call = this.#calls.get(told.id as number)
        this.#calls.delete(told.id as number)
        if (told.error) call?.reject(told.error)
        else call?.resolve(told.value)
      })
      this.#child.once('exit', () => {
        this.#gone = true
        reject(gone)
        for (const call of this.#calls.values()) call.reject(gone)
        this.#calls.clear()
      })
    })
    this.ready.catch(() => {})
  }

  get isGone(): boolean {
    return this.#gone
  }

  /** @throws WorkerError */
  call<Value = void>(call: string, given: object = {}): Promise<Value> {
    if (this.#gone) return Promise.reject(gone)
    const id = ++this.#id
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve: resolve as (value: unknown) => void, reject })
      this.#child.send({ id, call, ...given }, () => {}) // one that is gone is told of by its exit
    })
  }

  /** A call of the administration of flags. */
  change(service: string, method: string, ...args: unknown[]): Promise<void> {
    return this.call('change', { service, method, args })
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal)
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    if (!this.#gone) await this.#exited
  }
}

const gone: WorkerError = { code: 'GONE', message: 'The process ended' }
