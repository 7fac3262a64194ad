import type { LoadContext, Ttl } from '../cache.js'
import { checkTags } from '../key/check-key.js'
import { ttlMs } from '../policy/ttl-ms.js'

/** What one run of a loader is told, and what it said. */
export class LoadRun implements LoadContext<never> {
  readonly #stale: () => unknown
  #abort: AbortController | undefined
  #aborted: unknown
  #ended = false
  tags: readonly string[]
  saidTtlMs: number | undefined
  skipped = false

  /** @param stale looks for a value that may still answer, at the moment it is asked for */
  constructor(tags: readonly string[], stale: () => unknown) {
    this.tags = tags
    this.#stale = stale
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController()
      if (this.#ended) this.#abort.abort(this.#aborted)
    }
    return this.#abort.signal
  }

  get stale(): never {
    return this.#stale() as never
  }

  setTtl(ttl: Ttl): void {
    this.saidTtlMs = ttlMs(ttl)
  }

  setTags(tags: readonly string[]): void {
    checkTags(tags)
    this.tags = [...tags]
  }

  skip(): void {
    this.skipped = true
  }

  giveUp(reason: unknown): void {
    this.#ended = true
    this.#aborted = reason
    this.#abort?.abort(reason)
  }
}
