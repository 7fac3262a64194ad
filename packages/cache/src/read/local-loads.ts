/**
 * Loads of this instance alone, while the second tier is away: one at a time for a key. Who asks while one runs shares
 * the next: what is returned was always read after the caller asked, so that no invalidation elsewhere is missed.
 */
export class LocalLoads {
  readonly #running = new Map<string, { next: Deferred | undefined }>()

  share<Value>(key: string, load: () => Promise<Value>): Promise<Value> {
    const running = this.#running.get(key)
    if (running) {
      running.next ??= new Deferred(load)
      return running.next.promise as Promise<Value>
    }
    const first = new Deferred(load)
    void this.#run(key, first)
    return first.promise as Promise<Value>
  }

  async #run(key: string, first: Deferred): Promise<void> {
    const state: { next: Deferred | undefined } = { next: undefined }
    this.#running.set(key, state)
    for (let current: Deferred | undefined = first; current; current = state.next) {
      state.next = undefined
      await current.run()
    }
    this.#running.delete(key)
  }
}

class Deferred {
  readonly promise: Promise<unknown>
  readonly #load: () => Promise<unknown>
  #resolve!: (value: unknown) => void
  #reject!: (error: unknown) => void

  constructor(load: () => Promise<unknown>) {
    this.#load = load
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.promise.catch(() => {})
  }

  async run(): Promise<void> {
    try {
      this.#resolve(await this.#load())
    } catch (error) {
      this.#reject(error)
    }
  }
}
