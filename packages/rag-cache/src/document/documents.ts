import type { Cache, InvalidateOptions } from '@voiceassist/cache'
import type { Clock } from '@voiceassist/kernel'
import { checkId } from '../corpus/check-change.js'
import type { TypeTally } from '../stats/type-tally.js'

interface StoredDocument {
  readonly value: unknown
  readonly missMs: number
}

/** What is known of documents, by their ids. */
export class Documents {
  readonly #cache: Cache
  readonly #clock: Clock
  readonly #tally: TypeTally
  readonly #ttlSeconds: number

  constructor(cache: Cache, clock: Clock, tally: TypeTally, ttlSeconds: number) {
    this.#cache = cache
    this.#clock = clock
    this.#tally = tally
    this.#ttlSeconds = ttlSeconds
  }

  async get<Value>(id: string, load: () => Promise<Value>): Promise<Value> {
    checkId(id, 'id')
    const startedMs = this.#clock.monotonic()
    let loaded = false
    const stored = await this.#cache.getOrSet<StoredDocument>(
      keyOf(id),
      async context => {
        loaded = true
        const value = await load()
        if (value === undefined) context.skip()
        return { value, missMs: this.#clock.monotonic() - startedMs }
      },
      { ttl: this.#ttlSeconds },
    )
    const tookMs = this.#clock.monotonic() - startedMs
    if (loaded) this.#tally.miss(tookMs, JSON.stringify(stored.value ?? null).length * 2)
    else this.#tally.hit(stored.missMs - tookMs)
    return stored.value as Value
  }

  async drop(id: string, options: InvalidateOptions): Promise<void> {
    await this.#cache.delete(keyOf(id), options)
  }
}

function keyOf(id: string): string {
  return `rag_document:${id}`
}
