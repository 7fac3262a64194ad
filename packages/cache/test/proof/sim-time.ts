import type { Clock } from '@voiceassist/kernel'

const startWallMs = Date.UTC(2025, 0, 1)

interface Sleeper {
  readonly dueMs: number
  readonly order: number
  wake(): void
}

/** The time that all instances of a world share. */
export class SimTime {
  nowMs = 0
  order = 0
}

/** One process's clock: it can be stopped with its process, and its wall time can be set. */
export class SimClock implements Clock {
  wallStepMs = 0
  /** For how long the machine was suspended: its monotonic clock stood still. */
  suspendedMs = 0
  readonly #time: SimTime
  #sleepers: Sleeper[] = []

  constructor(time: SimTime) {
    this.#time = time
  }

  now(): number {
    return startWallMs + this.#time.nowMs + this.wallStepMs
  }

  monotonic(): number {
    return this.#time.nowMs - this.suspendedMs
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const abort = () => {
        this.#sleepers = this.#sleepers.filter(other => other !== sleeper)
        reject(signal?.reason)
      }
      const wake = () => {
        signal?.removeEventListener('abort', abort)
        resolve()
      }
      const sleeper = { dueMs: this.#time.nowMs + ms, order: this.#time.order++, wake }
      this.#sleepers.push(sleeper)
      signal?.addEventListener('abort', abort, { once: true })
    })
  }

  /** The time of the earliest timer. */
  get dueMs(): number {
    return this.#earliest()?.dueMs ?? Number.POSITIVE_INFINITY
  }

  /** Fires the earliest timer. */
  fire(): void {
    const sleeper = this.#earliest()
    if (!sleeper) return
    this.#sleepers = this.#sleepers.filter(other => other !== sleeper)
    sleeper.wake()
  }

  #earliest(): Sleeper | undefined {
    let first: Sleeper | undefined
    for (const sleeper of this.#sleepers)
      if (
        !first ||
        sleeper.dueMs < first.dueMs ||
        (sleeper.dueMs === first.dueMs && sleeper.order < first.order)
      )
        first = sleeper
    return first
  }
}
