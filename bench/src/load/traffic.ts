import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '@voiceassist/testkit'
import { zipf } from '../rag/zipf.js'
import { type Choice, choose } from './mix.js'
import type { Recorder } from './recorder.js'
import type { User } from './user.js'

/** What sends; of a `User`, or of a test. */
export type Sender = Pick<User, 'isAdministrator' | 'due' | 'perform'>

export interface TrafficOptions {
  readonly users: readonly Sender[]
  readonly questions: readonly string[]
  readonly recorder: Recorder
  readonly seed: number
  readonly durationMs: number
  /** Most requests. */
  readonly requests: number
  /** Ends the traffic before its time; what is under way is waited for. */
  readonly signal: AbortSignal
}

export interface ClosedLoopOptions extends TrafficOptions {
  /** Mean time between an answer and the user's next request. */
  readonly thinkMs: number
  /** Within it the users come, one after the other. */
  readonly rampMs: number
}

export interface OpenLoopOptions extends TrafficOptions {
  /** Arrivals a second, on the mean, so many milliseconds after the start. */
  readonly rateAt: (ms: number) => number
}

/** More requests under way than this are not sent, and count as failed: whoever sends them has limits, too. */
export const mostUnderWay = 5000
/** An exponential time is cut off here, so that a user of a short run comes again. */
const longestThinks = 5
/** For so long a rate that changes is taken for the same. */
const stepMs = 20

/**
 * Each user waits for the answer, thinks, and asks again: who is not answered asks less. Latencies are corrected for that as
 * HdrHistogram does: for a wait that is longer than the mean think time, as many requests are counted as would have met it.
 */
export async function closedLoop(options: ClosedLoopOptions): Promise<void> {
  const { users, questions, recorder, seed, thinkMs, rampMs, signal } = options
  const startMs = performance.now()
  const endMs = startMs + options.durationMs
  const pick = zipf(questions, seededRandom(seed))
  let left = options.requests
  await Promise.all(
    users.map(async (user, at) => {
      const random = seededRandom(seed * 65_537 + at)
      await until(startMs + (rampMs * at) / users.length, signal)
      while (performance.now() < endMs && !signal.aborted && left-- > 0) {
        const choice = choose(user.isAdministrator, pick, random)
        await send(user, choice, performance.now(), recorder, thinkMs)
        const think = Math.min(longestThinks, -Math.log(1 - random())) * thinkMs
        await until(Math.min(endMs, performance.now() + think), signal)
      }
    }),
  )
}

/**
 * Requests arrive by chance (a Poisson process) whether or not earlier ones are answered, each of a user that chance picks.
 * Latency is from the time at which a request was to be sent.
 */
export async function openLoop(options: OpenLoopOptions): Promise<void> {
  const { users, questions, recorder, seed, durationMs, rateAt, signal } = options
  const startMs = performance.now()
  const [arrivals, random] = [seededRandom(seed), seededRandom(seed + 1)]
  const pick = zipf(questions, seededRandom(seed + 2))
  const underWay = new Set<Promise<void>>()
  let left = options.requests
  let dueMs = 0
  while (!signal.aborted && left > 0) {
    dueMs = nextArrival(dueMs, -Math.log(1 - arrivals()), rateAt, durationMs)
    if (dueMs >= durationMs) break
    await until(startMs + dueMs, signal)
    if (signal.aborted) break
    left--
    const user = users[Math.floor(random() * users.length)]!
    const choice = choose(user.isAdministrator, pick, random)
    const intendedMs = startMs + dueMs
    if (underWay.size >= mostUnderWay) {
      const endedMs = performance.now()
      const { action } = choice
      recorder.record({ action, intendedMs, sentMs: intendedMs, endedMs, status: 0, code: 'NOT_SENT' })
      continue
    }
    const sent: Promise<void> = send(user, choice, intendedMs, recorder).finally(() => underWay.delete(sent))
    underWay.add(sent)
  }
  await Promise.all(underWay)
}

/** When the rate, added up over time, has come to `due` arrivals more. */
function nextArrival(fromMs: number, due: number, rateAt: (ms: number) => number, endMs: number): number {
  let [atMs, left] = [fromMs, due]
  while (atMs < endMs) {
    const ofStep = (rateAt(atMs) * stepMs) / 1000
    if (ofStep >= left) return atMs + (stepMs * left) / ofStep
    left -= ofStep
    atMs += stepMs
  }
  return endMs
}

async function send(
  user: Sender,
  choice: Choice,
  intendedMs: number,
  recorder: Recorder,
  everyMs?: number,
): Promise<void> {
  const sentMs = performance.now()
  const action = user.due(sentMs) ?? choice.action
  const { status, code } = await user.perform({ ...choice, action })
  const endedMs = performance.now()
  const every = everyMs === undefined ? {} : { everyMs }
  recorder.record({ action, intendedMs, sentMs, endedMs, status, code, ...every })
}

/** Resolves at the time, or when the signal is aborted. */
export async function until(atMs: number, signal: AbortSignal): Promise<void> {
  const left = atMs - performance.now()
  if (left <= 0 || signal.aborted) return
  await sleep(left, undefined, { signal }).catch(() => {})
}
