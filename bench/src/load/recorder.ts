import * as hdr from 'hdr-histogram-js'
import type { Action } from './mix.js'

/** One request, in milliseconds of `performance.now()`. */
export interface Outcome {
  readonly action: Action
  /** When it was to be sent; what is waited from then on counts as latency. */
  readonly intendedMs: number
  readonly sentMs: number
  readonly endedMs: number
  readonly status: number
  /** Undefined: it did what it should. */
  readonly code: string | undefined
  /** Closed loop: how often its user would have asked by then, had the answer come at once. */
  readonly everyMs?: number
}

export interface Latency {
  readonly requests: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

export interface PhaseResult {
  readonly name: string
  /** Since the start of the run. */
  readonly startSeconds: number
  readonly endSeconds: number
  readonly requests: number
  readonly failed: number
  /** Of requests by 'status code'. */
  readonly errors: Readonly<Record<string, number>>
  /** In milliseconds. */
  readonly latency: Latency
}

/** What ended in one stretch of time. */
export interface TrafficSample {
  readonly atSeconds: number
  readonly requests: number
  readonly failed: number
  readonly p50: number
  readonly p99: number
}

export interface ActionResult {
  readonly action: Action
  readonly failed: number
  readonly latency: Latency
  /** As one would measure who starts to count when a request is sent, and sends none while it waits. */
  readonly naive: Latency
}

export interface Recorded {
  readonly overall: Latency
  readonly naive: Latency
  /** Share of requests, to milliseconds. */
  readonly percentiles: readonly (readonly [share: number, ms: number])[]
  readonly byAction: readonly ActionResult[]
  readonly phases: readonly PhaseResult[]
  readonly samples: readonly TrafficSample[]
  readonly requests: number
  readonly failed: number
}

/** Requests of this phase are in the samples and nowhere else. */
export const warmUp = 'warm-up'

const shares = [0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 100]
const unitsPerMs = 1000
const highest = 3_600_000 * unitsPerMs

interface Phase {
  readonly name: string
  readonly atMs: number
  readonly errors: Map<string, number>
  requests: number
  failed: number
  readonly latency: hdr.Histogram
}

interface OfAction {
  failed: number
  readonly latency: hdr.Histogram
  readonly naive: hdr.Histogram
}

/** Counts requests as they end; its memory does not grow with their number. */
export class Recorder {
  readonly #startMs: number
  readonly #everyMs: number
  readonly #phases: Phase[] = []
  readonly #actions = new Map<Action, OfAction>()
  readonly #samples: TrafficSample[] = []
  readonly #current = histogram()
  #currentAt = 0
  #currentFailed = 0
  requests = 0
  failed = 0

  /** `everyMs`: of how long a stretch of time a sample is. */
  constructor(startMs: number, everyMs: number) {
    this.#startMs = startMs
    this.#everyMs = everyMs
    this.phase(warmUp, startMs)
  }

  /** What is to be sent from now on belongs to this phase. */
  phase(name: string, atMs: number): void {
    this.#phases.push({ name, atMs, errors: new Map(), requests: 0, failed: 0, latency: histogram() })
  }

  get phaseName(): string {
    return this.#phases.at(-1)!.name
  }

  record(outcome: Outcome): void {
    const { action, intendedMs, sentMs, endedMs, status, code, everyMs } = outcome
    this.#flush(endedMs)
    this.requests++
    const phase = this.#phases.findLast(({ atMs }) => atMs <= intendedMs) ?? this.#phases[0]!
    const took = units(endedMs - intendedMs)
    this.#current.recordValue(took)
    phase.requests++
    add(phase.latency, took, everyMs)
    const isCounted = phase.name !== warmUp
    const ofAction = this.#ofAction(action)
    if (isCounted) {
      add(ofAction.latency, took, everyMs)
      ofAction.naive.recordValue(units(endedMs - sentMs))
    }
    if (code === undefined) return
    this.failed++
    this.#currentFailed++
    phase.failed++
    if (isCounted) ofAction.failed++
    const error = `${status === 0 ? 'no answer' : status} ${code}`
    phase.errors.set(error, (phase.errors.get(error) ?? 0) + 1)
  }

  /** Ends the last sample. */
  end(nowMs: number): Recorded {
    this.#flush(nowMs + this.#everyMs)
    const all = [...this.#actions.values()]
    const overall = sum(all.map(({ latency }) => latency))
    const naive = latencyOf(sum(all.map(({ naive }) => naive)))
    return {
      overall: { ...latencyOf(overall), requests: naive.requests },
      naive,
      percentiles: shares.map(share => [share, overall.getValueAtPercentile(share) / unitsPerMs]),
      byAction: [...this.#actions]
        .filter(([, { naive }]) => naive.totalCount > 0)
        .map(([action, { failed, latency, naive }]) => ({
          action,
          failed,
          latency: { ...latencyOf(latency), requests: naive.totalCount },
          naive: latencyOf(naive),
        })),
      phases: this.#phases.map((phase, at) => this.#resultOf(phase, this.#phases[at + 1]?.atMs ?? nowMs)),
      samples: this.#samples,
      requests: this.requests,
      failed: this.failed,
    }
  }

  latest(): TrafficSample | undefined {
    return this.#samples.at(-1)
  }

  #resultOf({ name, atMs, errors, requests, failed, latency }: Phase, endMs: number): PhaseResult {
    return {
      name,
      startSeconds: (atMs - this.#startMs) / 1000,
      endSeconds: (endMs - this.#startMs) / 1000,
      requests,
      failed,
      errors: Object.fromEntries(errors),
      latency: { ...latencyOf(latency), requests },
    }
  }

  #ofAction(action: Action): OfAction {
    let found = this.#actions.get(action)
    if (!found) {
      found = { failed: 0, latency: histogram(), naive: histogram() }
      this.#actions.set(action, found)
    }
    return found
  }

  #flush(nowMs: number): void {
    while (nowMs - this.#startMs >= (this.#currentAt + 1) * this.#everyMs) {
      const { requests, p50, p99 } = latencyOf(this.#current)
      const atSeconds = (this.#currentAt * this.#everyMs) / 1000
      this.#samples.push({ atSeconds, requests, failed: this.#currentFailed, p50, p99 })
      this.#current.reset()
      this.#currentFailed = 0
      this.#currentAt++
    }
  }
}

function histogram(): hdr.Histogram {
  return hdr.build({ highestTrackableValue: highest, numberOfSignificantValueDigits: 3, autoResize: false })
}

function add(to: hdr.Histogram, took: number, everyMs: number | undefined): void {
  if (everyMs === undefined) to.recordValue(took)
  else to.recordValueWithExpectedInterval(took, units(everyMs))
}

function units(ms: number): number {
  return Math.min(highest, Math.max(1, Math.round(ms * unitsPerMs)))
}

function sum(histograms: readonly hdr.Histogram[]): hdr.Histogram {
  const all = histogram()
  for (const each of histograms) all.add(each)
  return all
}

function latencyOf(histogram: hdr.Histogram): Latency {
  const max = histogram.totalCount === 0 ? 0 : histogram.maxValue / unitsPerMs
  // The histogram answers with the upper end of a value's range.
  const at = (share: number) => Math.min(max, histogram.getValueAtPercentile(share) / unitsPerMs)
  return { requests: histogram.totalCount, p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max }
}
