import type { Cache } from '@voiceassist/cache'
import type { CacheType, RagTypeStats } from '../rag-cache.js'
import { publish } from '../rag-events.js'

/** What is counted of one type, and told on the channel. */
export class TypeTally {
  readonly #type: CacheType
  readonly #namespace: string
  #hits = 0
  #misses = 0
  #savedMs = 0
  #measured = 0
  #measuredBytes = 0

  constructor(type: CacheType, namespace: string) {
    this.#type = type
    this.#namespace = namespace
  }

  hit(savedMs: number): void {
    this.#hits++
    this.#savedMs += savedMs
    publish({ kind: 'hit', type: this.#type, savedMs })
  }

  /** @param bytes of what was kept, about */
  miss(durationMs: number, bytes?: number): void {
    this.#misses++
    if (bytes !== undefined) {
      this.#measured++
      this.#measuredBytes += bytes
    }
    publish({ kind: 'miss', type: this.#type, durationMs })
  }

  stats(cache: Cache): RagTypeStats {
    const { entries = 0 } = cache.stats().namespaces[this.#namespace] ?? {}
    const asked = this.#hits + this.#misses
    return {
      hits: this.#hits,
      misses: this.#misses,
      hitRate: asked === 0 ? 0 : (100 * this.#hits) / asked,
      entries,
      bytes: this.#measured === 0 ? 0 : Math.round((entries * this.#measuredBytes) / this.#measured),
      secondsSaved: this.#savedMs / 1000,
    }
  }
}
