import type { Clock } from '@voiceassist/kernel'
import { AnswerFailure } from './answer-outcome.js'

export interface StreamWatchOptions {
  readonly clock: Clock
  /** Of the whole. */
  readonly deadlineMs: number
  /** Between two signs of life, from the first one on. */
  readonly stallMs: number
  /** Whose abort is passed on with its reason. */
  readonly signals: readonly AbortSignal[]
}

/** Aborts, by its signal, what takes too long or is not wanted any more. */
export class StreamWatch {
  readonly #options: StreamWatchOptions
  readonly #aborted = new AbortController()
  readonly #stopped = new AbortController()
  #aliveAtMs: number | undefined

  constructor(options: StreamWatchOptions) {
    this.#options = options
    for (const signal of options.signals) {
      const pass = () => this.#aborted.abort(signal.reason)
      if (signal.aborted) pass()
      else signal.addEventListener('abort', pass, { once: true, signal: this.#stopped.signal })
    }
    void this.#abortAfter(async stopped => {
      await options.clock.sleep(options.deadlineMs, stopped)
      return 'deadline'
    })
  }

  get signal(): AbortSignal {
    return this.#aborted.signal
  }

  /** A sign of life. */
  alive(): void {
    const isFirst = this.#aliveAtMs === undefined
    this.#aliveAtMs = this.#options.clock.monotonic()
    if (isFirst) void this.#abortAfter(stopped => this.#stall(stopped))
  }

  /** Nothing is aborted any more. */
  stop(): void {
    this.#stopped.abort()
  }

  async #stall(stopped: AbortSignal): Promise<'stalled'> {
    const { clock, stallMs } = this.#options
    for (;;) {
      const leftMs = this.#aliveAtMs! + stallMs - clock.monotonic()
      if (leftMs <= 0) return 'stalled'
      await clock.sleep(leftMs, stopped)
    }
  }

  async #abortAfter(wait: (stopped: AbortSignal) => Promise<'deadline' | 'stalled'>): Promise<void> {
    try {
      this.#aborted.abort(new AnswerFailure(await wait(this.#stopped.signal)))
    } catch {} // stopped
  }
}
