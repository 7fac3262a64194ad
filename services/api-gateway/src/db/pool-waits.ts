import type { Clock } from '@voiceassist/kernel'

/** Who waits for something of a pool; all of them are refused when it ends. */
export class PoolWaits {
  readonly #clock: Clock
  readonly #timed = new Set<AbortController>()
  readonly #untimed = new Set<(reason: Error) => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  end(reason: Error): void {
    for (const wait of this.#timed) wait.abort(reason)
    for (const refuse of this.#untimed) refuse(reason)
  }

  async pause(ms: number, wait = new AbortController()): Promise<void> {
    this.#timed.add(wait)
    try {
      await this.#clock.sleep(ms, wait.signal)
    } finally {
      this.#timed.delete(wait)
    }
  }

  /** @param deadline of the monotonic clock */
  async within<T>(deadline: number, work: Promise<T>, expired: () => Error): Promise<T> {
    const wait = new AbortController()
    const expiry = this.pause(Math.max(0, deadline - this.#clock.monotonic()), wait).then(() => {
      throw expired()
    })
    try {
      return await Promise.race([work, expiry])
    } finally {
      expiry.catch(() => {})
      work.catch(() => {})
      wait.abort(null)
    }
  }

  /** For what takes a tick: no timer, which every query would pay for. */
  unlessEnded<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#untimed.add(reject)
      work.then(
        value => {
          this.#untimed.delete(reject)
          resolve(value)
        },
        error => {
          this.#untimed.delete(reject)
          reject(error)
        },
      )
    })
  }
}
