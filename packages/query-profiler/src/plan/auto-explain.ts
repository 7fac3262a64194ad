import type { Clock } from '@voiceassist/kernel'
import type { Statement } from '../fingerprint/statement.js'
import { type ProfilerEvent, publish } from '../profiler-events.js'
import { CircuitBreaker } from './circuit-breaker.js'
import type { Explainer, ExplainResult, ExplainSkip } from './explainer.js'
import type { Plan } from './plan.js'

/** An execution whose plan is worth knowing. */
export interface ExplainOffer {
  readonly statement: Statement
  /** As the application wrote it. */
  readonly text: string
  /** Kept until it is explained, or refused; absent: a generic plan. */
  readonly values?: readonly unknown[]
}

export type ExplainReason =
  /** It was slow. */
  | 'slow'
  /** It takes another time than it did, or its plan was not looked at for long. */
  | 'changed'

export interface AutoExplainOptions {
  readonly explainer: Explainer
  readonly clock: Clock
  /** Runs pure `SELECT`s. */
  readonly analyze: boolean
  /** The application waits for connections, so that the database has enough to do. */
  readonly isBusy: () => boolean
  readonly found: (statement: Statement, plan: Plan, generic: boolean) => void
  /** From 0 up to 1. Default: `Math.random`. */
  readonly random?: () => number
}

/** Milliseconds. For each reason: what was explained for being slow may have got another plan since. */
const perStatementMs = 3_600_000
/** At most six a minute, however they fall. */
const spacingMs = 10_000
const jitterMs = 2000
const maxQueued = 6
/** Of a statement that came while the database, or its only connection, had enough to do. */
const mostTries = 6
const maxRemembered = 2000
const maxTextLength = 100_000

interface QueuedOffer extends ExplainOffer {
  readonly key: string
  tries: number
}

/**
 * Explains a few of the statements that it is offered: each at most once an hour a reason, one at a time, at most six a
 * minute, none while the application waits for connections (it is tried six times), and none for a while after three
 * failures.
 */
export class AutoExplain {
  readonly #options: AutoExplainOptions
  readonly #breaker: CircuitBreaker
  /** By reason and fingerprint, when it was last taken; oldest first. */
  readonly #taken = new Map<string, number>()
  readonly #queue: QueuedOffer[] = []
  #nextMs = Number.NEGATIVE_INFINITY
  #work: Promise<void> | undefined
  readonly #stop = new AbortController()

  constructor(options: AutoExplainOptions) {
    this.#options = options
    this.#breaker = new CircuitBreaker(options.clock)
  }

  /** Cheap, and done at once; the work is done later. */
  offer(offer: ExplainOffer, why: ExplainReason): void {
    if (this.#stop.signal.aborted) return
    const { statement, text } = offer
    const key = `${why} ${statement.fingerprint}`
    const now = this.#options.clock.monotonic()
    const skip = this.#skipOf(statement, text) ?? (this.#mayTake(key, now) ? undefined : 'rate')
    if (skip) tell(skip, 0)
    else {
      this.#remember(key, now)
      this.#queue.push({ ...offer, key, tries: 0 })
      this.#work ??= this.#run()
    }
  }

  /** Resolves when nothing is under way or waits for its turn. */
  async drain(): Promise<void> {
    while (this.#work) await this.#work
  }

  /** Forgets what waits for its turn; waits for what is under way. */
  async close(): Promise<void> {
    this.#stop.abort()
    this.#queue.length = 0
    await this.drain()
  }

  #skipOf({ type, unparsed }: Statement, text: string): ExplainSkip | undefined {
    if (unparsed === 'several statements') return 'several statements'
    if (unparsed || text.length > maxTextLength) return 'not parsed'
    return type === 'select' ? undefined : 'not a select'
  }

  #mayTake(key: string, now: number): boolean {
    const taken = this.#taken.get(key)
    const isDue = taken === undefined || now - taken >= perStatementMs
    return isDue && this.#queue.length < maxQueued && this.#breaker.isClosed()
  }

  #remember(key: string, now: number): void {
    this.#taken.delete(key)
    this.#taken.set(key, now)
    if (this.#taken.size > maxRemembered) this.#taken.delete(this.#taken.keys().next().value as string)
  }

  async #run(): Promise<void> {
    const { clock, random = Math.random } = this.#options
    while (this.#queue.length > 0) {
      // Spread, so that many processes do not ask at once.
      const pauseMs = Math.max(0, this.#nextMs - clock.monotonic()) + random() * jitterMs
      // What ends the pause early is that the queue is emptied.
      await clock.sleep(pauseMs, this.#stop.signal).catch(() => {})
      const next = this.#queue.shift()
      if (!next) break
      const nextMs = clock.monotonic() + spacingMs
      if (await this.#take(next)) this.#nextMs = nextMs
    }
    this.#work = undefined
  }

  /** False: the gate refused the statement, and the server heard nothing of it. */
  async #take(offer: QueuedOffer): Promise<boolean> {
    const isBusy = this.#options.isBusy()
    if (!isBusy && this.#breaker.isClosed()) return this.#asked(offer)
    if (isBusy) this.#takeLater(offer)
    else this.#taken.delete(offer.key)
    tell(isBusy ? 'busy' : 'rate', 0)
    return true
  }

  #takeLater(offer: QueuedOffer): void {
    const mayWait = ++offer.tries < mostTries && this.#queue.length < maxQueued
    if (mayWait && !this.#stop.signal.aborted) this.#queue.push(offer)
    else this.#taken.delete(offer.key)
  }

  async #asked(offer: QueuedOffer): Promise<boolean> {
    const { statement, text, values } = offer
    const { explainer, clock, analyze, found } = this.#options
    const startedAtMs = clock.monotonic()
    let result: ExplainResult
    try {
      result = await explainer.explain({ sql: text, analyze, ...(values && { values }) })
      if ('plan' in result) found(statement, result.plan, result.generic)
    } catch {
      // Whatever goes wrong here is not to end the application.
      result = { skipped: 'failed', reason: 'An error within the profiler' }
    }
    const durationMs = clock.monotonic() - startedAtMs
    if ('plan' in result) {
      this.#breaker.succeeded()
      tell(result.plan.analyzed ? 'analyzed' : 'planned', durationMs)
      return true
    }
    if (result.skipped === 'busy') this.#takeLater(offer)
    if (result.skipped === 'failed') this.#breaker.failed()
    tell(result.skipped, durationMs)
    return !refusedByGate.has(result.skipped)
  }
}

/** Without asking the server, so that the next need not wait. */
const refusedByGate: ReadonlySet<ExplainSkip> = new Set([
  'not a select',
  'locks rows',
  'several statements',
  'not parsed',
])

type Outcome = Extract<ProfilerEvent, { kind: 'explain' }>['outcome']

function tell(outcome: Outcome, durationMs: number): void {
  publish({ kind: 'explain', outcome, durationMs })
}
