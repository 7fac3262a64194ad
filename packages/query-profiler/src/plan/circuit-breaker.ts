import type { Clock } from '@voiceassist/kernel'

const threshold = 3
const firstPauseMs = 60_000
const longestPauseMs = 3_600_000

/** Opens after three failures in a row, for a minute; for twice as long after each failure that follows, up to an hour. */
export class CircuitBreaker {
  readonly #clock: Clock
  #failures = 0
  #openUntilMs = Number.NEGATIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  isClosed(): boolean {
    return this.#clock.monotonic() >= this.#openUntilMs
  }

  failed(): void {
    this.#failures++
    if (this.#failures < threshold) return
    const pauseMs = Math.min(firstPauseMs * 2 ** (this.#failures - threshold), longestPauseMs)
    this.#openUntilMs = this.#clock.monotonic() + pauseMs
  }

  succeeded(): void {
    this.#failures = 0
  }
}
