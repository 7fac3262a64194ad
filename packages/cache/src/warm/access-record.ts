import type { Core } from '../core.js'

const maxKeys = 20_000
const halfLifeMs = 3_600_000
/** Between two looks at what memory holds. */
export const sampleEveryMs = 60_000

/**
 * Which keys are asked for, as scores that halve in an hour. Hits are not recorded one by one: now and then the order
 * of eviction is asked which entries were hit since they came, which costs a hit nothing.
 */
export class AccessRecord {
  readonly #core: Core
  readonly #scores = new Map<string, number>()
  /** Of the last look; at first, of the start. */
  #scoredMs: number
  #sampling: Promise<void> | undefined

  constructor(core: Core) {
    this.#core = core
    this.#scoredMs = core.clock.monotonic()
  }

  /** Looks, if the last look is a minute old. */
  sampleIfDue(): Promise<void> | undefined {
    const isDue = this.#core.clock.monotonic() >= this.#scoredMs + sampleEveryMs
    return isDue ? this.sample() : undefined
  }

  sample(): Promise<void> {
    this.#sampling ??= this.#sample().finally(() => {
      this.#sampling = undefined
    })
    return this.#sampling
  }

  /** Adds what another instance, or this one before its restart, has recorded. */
  merge(scores: Iterable<readonly [string, number]>): void {
    for (const [key, score] of scores) this.#scores.set(key, Math.max(score, this.#scores.get(key) ?? 0))
    this.#bound()
  }

  /** The most wanted first. */
  ranked(): [key: string, score: number][] {
    return [...this.#scores].sort(([, a], [, b]) => b - a)
  }

  async #sample(): Promise<void> {
    const { memory, clock } = this.#core
    const nowMs = clock.monotonic()
    const keep = 0.5 ** ((nowMs - this.#scoredMs) / halfLifeMs)
    this.#scoredMs = nowMs
    for (const [key, score] of this.#scores) {
      if (score * keep < 0.01) this.#scores.delete(key)
      else this.#scores.set(key, score * keep)
    }
    await memory.sweep(slot => {
      const wanted = memory.wantedAt(slot)
      if (wanted > 0) {
        const key = memory.keyAt(slot)
        this.#scores.set(key, (this.#scores.get(key) ?? 0) + wanted)
      }
      return false
    }, 'void')
    this.#bound()
  }

  #bound(): void {
    if (this.#scores.size <= maxKeys) return
    for (const [key] of this.ranked().slice(maxKeys)) this.#scores.delete(key)
  }
}
