import type { Clock } from '@voiceassist/kernel'
import { RagError } from './rag-error.js'

const drainMs = 5000

/** Calls that have not ended yet, and the end of them all. */
export class UnderWay {
  readonly #clock: Clock
  readonly #calls = new Set<Promise<void>>()
  readonly #closing = new AbortController()
  readonly #closed = new AbortController()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Aborted when no more calls are taken. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  /** Aborted when calls that had not ended by then are given up. */
  get closed(): AbortSignal {
    return this.#closed.signal
  }

  /** @throws RagError RAG_CLOSED. */
  throwIfClosed(): void {
    if (this.closing.aborted) throw closedError()
  }

  /** @throws RagError RAG_CLOSED, and what `call` throws. */
  async run<Result>(call: () => Promise<Result>): Promise<Result> {
    this.throwIfClosed()
    return this.add(call())
  }

  /** Part of a call, which may go on when its caller has left. */
  add<Result>(part: Promise<Result>): Promise<Result> {
    const forget = (): void => void this.#calls.delete(ended)
    const ended: Promise<void> = part.then(forget, forget)
    this.#calls.add(ended)
    return part
  }

  /** Takes no more, and waits for what there is, for five seconds. */
  async close(): Promise<void> {
    this.#closing.abort(closedError())
    const rest = new AbortController()
    let isOver = false
    const over = this.#clock.sleep(drainMs, rest.signal).then(
      () => {
        isOver = true
      },
      () => {}, // all ended before
    )
    while (this.#calls.size > 0 && !isOver) await Promise.race([Promise.all(this.#calls), over])
    rest.abort()
    this.#closed.abort(closedError())
  }
}

function closedError(): RagError {
  return new RagError('RAG_CLOSED', 'The cache is closed')
}
