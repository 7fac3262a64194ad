/** The time a program acts by. Code takes it as a parameter, so that a test moves it by hand. */
export interface Clock {
  /** Milliseconds since the Unix epoch; may jump when the system's time is set. */
  now(): number
  /** Milliseconds of a clock that never goes back; its zero means nothing. */
  monotonic(): number
  /**
   * Resolves after `ms` milliseconds; rejects with the signal's reason when it is aborted. Where it is hot, and nobody reads
   * the reason, abort with `null`: an error with a stack is made for `abort()`, which takes up to 17 µs.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const onAbort = () => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      }, ms)
      signal?.addEventListener('abort', onAbort, { once: true })
    }),
}
