import type { Clock } from '@voiceassist/kernel'
import type { FlagCache } from '#src/index'

interface Kept {
  readonly value: unknown
  readonly untilMs: number
}

/** What several instances share: a second tier of this process, in which a test may break everything. */
export class SharedMemory {
  readonly values = new Map<string, Kept>()
  readonly #clock: Clock
  readonly #caches = new Map<string, MemoryCache>()
  readonly #loading = new Map<string, Promise<unknown>>()
  readonly #steps = new Map<string, number>()
  /** How often each was called. */
  readonly asked = { getOrSet: 0, set: 0, delete: 0 }
  down = false
  /** Messages are lost on the way to these. */
  readonly deaf = new Set<string>()
  /** Awaited by each call before it begins. */
  calling: (operation: keyof FlagCache, instance: string) => Promise<void> | undefined = () => undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  open(id: string): MemoryCache {
    const cache = new MemoryCache(this, id)
    this.#caches.set(id, cache)
    return cache
  }

  /** As when a process ends, or is not heard of any more for so long. */
  lag(id: string, lagMs: number): void {
    const cache = this.#caches.get(id)
    if (cache) cache.lagMs = lagMs
  }

  /** The tier came back empty, and this one has not found it again. */
  lose(id: string): void {
    this.#caches.delete(id)
    for (const key of this.values.keys()) if (key.endsWith(`:${id}`)) this.values.delete(key)
  }

  instances(): readonly { readonly id: string; readonly lagMs: number }[] {
    return [...this.#caches.values()].map(({ id, lagMs }) => ({ id, lagMs }))
  }

  read(key: string): unknown {
    const kept = this.values.get(key)
    return kept && kept.untilMs > this.#clock.monotonic() ? kept.value : undefined
  }

  /** One load of a key at a time; what an invalidation overtook is not kept. */
  load(key: string, run: () => Promise<unknown>, ttlSeconds: number): Promise<unknown> {
    const loading = this.#loading.get(key)
    if (loading) return loading
    const step = this.#steps.get(key)
    const own = run()
      .then(value => {
        if (this.#steps.get(key) === step && !this.down) this.put(key, value, ttlSeconds)
        return value
      })
      .finally(() => {
        if (this.#loading.get(key) === own) this.#loading.delete(key)
      })
    this.#loading.set(key, own)
    return own
  }

  put(key: string, value: unknown, ttlSeconds: number): void {
    this.values.set(key, {
      value: structuredClone(value),
      untilMs: this.#clock.monotonic() + ttlSeconds * 1000,
    })
  }

  invalidate(key: string): void {
    this.values.delete(key)
    this.#loading.delete(key)
    this.#steps.set(key, (this.#steps.get(key) ?? 0) + 1)
    for (const cache of this.#caches.values()) if (!this.deaf.has(cache.id)) cache.tell(key)
  }
}

class MemoryCache implements FlagCache {
  readonly id: string
  lagMs = 0
  readonly #shared: SharedMemory
  readonly #listeners = new Map<string, Set<() => void>>()

  constructor(shared: SharedMemory, id: string) {
    this.#shared = shared
    this.id = id
  }

  async getOrSet<Value>(
    key: string,
    load: () => Promise<Value>,
    options: { readonly ttl: number },
  ): Promise<Value> {
    await this.#call('getOrSet')
    this.#shared.asked.getOrSet++
    if (this.#shared.down) return load()
    return (this.#shared.read(key) ?? (await this.#shared.load(key, load, options.ttl))) as Value
  }

  async set(key: string, value: unknown, options: { readonly ttl: number }): Promise<{ stored: boolean }> {
    await this.#call('set')
    this.#shared.asked.set++
    if (this.#shared.down) return { stored: false }
    this.#shared.invalidate(key)
    this.#shared.put(key, value, options.ttl)
    return { stored: true }
  }

  async mget<Value>(keys: readonly string[]): Promise<Map<string, Value>> {
    await this.#call('mget')
    if (this.#shared.down) return new Map()
    const found = keys.map(key => [key, this.#shared.read(key) as Value] as const)
    return new Map(found.filter(([, value]) => value !== undefined))
  }

  async delete(key: string): Promise<void> {
    await this.#call('delete')
    this.#shared.asked.delete++
    if (!this.#shared.down) this.#shared.invalidate(key)
  }

  onInvalidated(key: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(key) ?? new Set()
    this.#listeners.set(key, listeners.add(listener))
    return () => listeners.delete(listener)
  }

  async instances(): Promise<{ id: string; self: boolean; lagMs: number }[]> {
    await this.#call('instances')
    if (this.#shared.down) throw new Error('The second tier does not answer')
    return this.#shared.instances().map(each => ({ ...each, self: each.id === this.id }))
  }

  get watched(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0)
  }

  tell(key: string): void {
    for (const listener of this.#listeners.get(key) ?? []) listener()
  }

  #call(operation: keyof FlagCache): Promise<void> {
    return this.#shared.calling(operation, this.id) ?? Promise.resolve()
  }
}
