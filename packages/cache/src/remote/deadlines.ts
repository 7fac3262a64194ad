import type { Clock } from '@voiceassist/kernel'

interface Pending {
  dueMs: number
  expire: (() => void) | undefined
}

/** Deadlines that are all equally far away: the first set is the first due, and one timer serves them all. */
export class Deadlines {
  readonly #clock: Clock
  readonly #afterMs: number
  readonly #closed: AbortSignal
  #pending: Pending[] = []
  #head = 0
  #watching = false

  constructor(clock: Clock, afterMs: number, closed: AbortSignal) {
    this.#clock = clock
    this.#afterMs = afterMs
    this.#closed = closed
  }

  /** Calls `expire` when the time is over, unless the returned object's `expire` was removed before. */
  set(expire: () => void): Pending {
    const pending: Pending = { dueMs: this.#clock.monotonic() + this.#afterMs, expire }
    this.#pending.push(pending)
    if (!this.#watching) void this.#watch()
    return pending
  }

  async #watch(): Promise<void> {
    this.#watching = true
    try {
      for (;;) {
        const next = this.#next()
        if (!next) return
        const leftMs = next.dueMs - this.#clock.monotonic()
        if (leftMs > 0) await this.#clock.sleep(leftMs, this.#closed)
        else {
          this.#head++
          next.expire?.()
        }
      }
    } catch {
      for (const pending of this.#pending.slice(this.#head)) pending.expire?.()
      this.#pending = []
      this.#head = 0
    } finally {
      this.#watching = false
    }
  }

  /** The earliest that is still wanted. */
  #next(): Pending | undefined {
    for (; this.#head < this.#pending.length; this.#head++) {
      const pending = this.#pending[this.#head] as Pending
      if (pending.expire) {
        if (this.#head > 1024) {
          this.#pending = this.#pending.slice(this.#head)
          this.#head = 0
        }
        return pending
      }
    }
    this.#pending = []
    this.#head = 0
    return undefined
  }
}
