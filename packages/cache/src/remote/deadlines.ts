import type { Clock } from '@voiceassist/kernel'

/** What is to happen at a time, unless it is taken away before. */
export interface Deadline {
  dueMs: number
  readonly expire: () => void
  isSet: boolean
  before: Deadline | undefined
  after: Deadline | undefined
}

/**
 * Deadlines that are all equally far away: the first set is the first due, and one timer serves them all. A list of
 * links, so that nothing of a call outlives its answer.
 */
export class Deadlines {
  readonly #clock: Clock
  readonly #afterMs: number
  readonly #closed: AbortSignal
  readonly #busyMs: number
  #first: Deadline | undefined
  #last: Deadline | undefined
  #watching = false

  /** @param busyMs All are put off when the event loop comes so much too late. */
  constructor(clock: Clock, afterMs: number, closed: AbortSignal, busyMs: number) {
    this.#clock = clock
    this.#afterMs = afterMs
    this.#closed = closed
    this.#busyMs = busyMs
  }

  set(nowMs: number, expire: () => void): Deadline {
    const before = this.#last
    const deadline: Deadline = { dueMs: nowMs + this.#afterMs, expire, isSet: true, before, after: undefined }
    if (before) before.after = deadline
    else this.#first = deadline
    this.#last = deadline
    if (!this.#watching) void this.#watch()
    return deadline
  }

  /** False: it has come already, or was taken away. */
  take(deadline: Deadline): boolean {
    if (!deadline.isSet) return false
    deadline.isSet = false
    const { before, after } = deadline
    if (before) before.after = after
    else this.#first = after
    if (after) after.before = before
    else this.#last = before
    deadline.before = undefined
    deadline.after = undefined
    return true
  }

  async #watch(): Promise<void> {
    this.#watching = true
    try {
      for (let next = this.#first; next; next = this.#first) {
        const leftMs = next.dueMs - this.#clock.monotonic()
        if (leftMs <= 0) this.#expire(next)
        else {
          await this.#clock.sleep(leftMs, this.#closed)
          const lateMs = this.#clock.monotonic() - next.dueMs
          if (lateMs > this.#busyMs) this.#putOff(lateMs + this.#afterMs)
        }
      }
    } catch {
      for (let next = this.#first; next; next = this.#first) this.#expire(next)
    } finally {
      this.#watching = false
    }
  }

  /** The event loop was busy: an answer could not be read, nor perhaps the question be sent. Time begins anew. */
  #putOff(ms: number): void {
    for (let each = this.#first; each; each = each.after) each.dueMs += ms
  }

  #expire(deadline: Deadline): void {
    this.take(deadline)
    deadline.expire()
  }
}
