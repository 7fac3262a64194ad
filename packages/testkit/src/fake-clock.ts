import type { Clock } from '@voiceassist/kernel'

interface Sleeper {
  readonly dueMs: number
  wake(): void
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  readonly #startMs: number
  #elapsedMs = 0
  #sleepers: Sleeper[] = []

  /** @param startMs what `now()` says at first, in milliseconds since the Unix epoch */
  constructor(startMs = Date.UTC(2025, 0, 1)) {
    this.#startMs = startMs
  }

  now(): number {
    return this.#startMs + this.#elapsedMs
  }

  monotonic(): number {
    return this.#elapsedMs
  }

  /** How many calls of `sleep` wait at the moment. */
  get sleeping(): number {
    return this.#sleepers.length
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const onAbort = () => {
        this.#sleepers = this.#sleepers.filter(other => other !== sleeper)
        reject(signal?.reason)
      }
      const wake = () => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      }
      const sleeper = { dueMs: this.#elapsedMs + ms, wake }
      this.#sleepers.push(sleeper)
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  /**
   * Moves time on by `ms` and wakes who slept till then, the earliest first (of two at the same time, the one that
   * fell asleep first). Each wakes at its own time and may act, and sleep again, before the next one wakes.
   */
  async advance(ms: number): Promise<void> {
    const target = this.#elapsedMs + ms
    await settled()
    for (let next = this.#next(target); next; next = this.#next(target)) {
      this.#sleepers = this.#sleepers.filter(other => other !== next)
      this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs)
      next.wake()
      await settled()
    }
    this.#elapsedMs = target
  }

  #next(targetMs: number): Sleeper | undefined {
    let earliest: Sleeper | undefined
    for (const sleeper of this.#sleepers) {
      if (sleeper.dueMs <= targetMs && (!earliest || sleeper.dueMs < earliest.dueMs)) earliest = sleeper
    }
    return earliest
  }
}

/** Resolves when the promises that could go on without input or output have done so. */
function settled(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
