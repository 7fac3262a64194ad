import { setMaxListeners } from 'node:events'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { sayProgress } from '../common/say.js'
import type { Fleet } from './fleet.js'
import { askGauges, type GaugeSample } from './gauges.js'
import type { LoadOptions } from './options.js'
import { type Recorded, Recorder } from './recorder.js'
import { closedLoop, openLoop, until } from './traffic.js'

/** What happens while the traffic goes on. */
export interface Stage {
  readonly signal: AbortSignal
  /** Resolves when this share of the run is over. */
  reach(share: number): Promise<void>
  /** From now on requests belong to this phase. */
  phase(name: string): void
  /** A line in the plots. */
  event(label: string): void
}

export interface RunPlan {
  readonly name: string
  /** Open loop: arrivals a second by the share of the run that is over. Absent: closed loop. */
  readonly rateAt?: ((share: number) => number) | undefined
  readonly script: (stage: Stage) => Promise<void>
}

export interface RunEvent {
  readonly atSeconds: number
  readonly label: string
}

export interface RunResult {
  readonly name: string
  readonly loop: 'open' | 'closed'
  readonly seconds: number
  readonly interrupted: boolean
  readonly recorded: Recorded
  readonly events: readonly RunEvent[]
  /** Of each gateway. */
  readonly gauges: readonly (readonly GaugeSample[])[]
  /** 99th percentile of this process's own event loop: latencies below it say nothing. */
  readonly ownLagMs: number
}

/** Part of the run within which users come one by one, or the rate rises. */
export const rampShare = 0.1
const mostSamples = 240
const longestSampleMs = 30_000

/** One stretch of traffic. An abort of the signal ends it early, and is no error. */
export async function run(
  plan: RunPlan,
  fleet: Fleet,
  options: LoadOptions,
  signal: AbortSignal,
): Promise<RunResult> {
  const { durationMs, requests, seed, thinkMs } = options
  const everyMs = Math.min(longestSampleMs, Math.max(1000, durationMs / mostSamples))
  const startMs = performance.now()
  const recorder = new Recorder(startMs, everyMs)
  const events: RunEvent[] = []
  const over = new AbortController()
  const either = AbortSignal.any([signal, over.signal])
  setMaxListeners(0, either) // every user waits by it
  const lag = monitorEventLoopDelay({ resolution: 10 })
  lag.enable()
  const { users, questions } = fleet
  const common = { users, questions, recorder, seed, durationMs, requests, signal: either }
  const { rateAt } = plan
  const traffic = rateAt
    ? openLoop({
        ...common,
        rateAt: ms => rateAt(ms / durationMs) * Math.min(1, ms / durationMs / rampShare),
      })
    : closedLoop({ ...common, thinkMs, rampMs: durationMs * rampShare })
  const script = plan.script({
    signal: either,
    reach: share => until(startMs + share * durationMs, either),
    phase: name => either.aborted || recorder.phase(name, performance.now()),
    event: label => events.push({ atSeconds: (performance.now() - startMs) / 1000, label }),
  })
  const sampling = sample(fleet, startMs, everyMs, over.signal)
  const progress = setInterval(() => sayProgress(progressOf(plan.name, recorder, startMs, durationMs)), 1000)
  try {
    // A script that fails ends the traffic; one that is not over when the traffic is goes no further.
    await Promise.all([
      traffic.finally(() => over.abort()),
      script.catch(error => {
        over.abort()
        throw error
      }),
    ])
  } finally {
    over.abort()
    await Promise.allSettled([traffic, script])
    clearInterval(progress)
    sayProgress('')
    lag.disable()
  }
  const endMs = performance.now()
  return {
    name: plan.name,
    loop: rateAt ? 'open' : 'closed',
    seconds: (endMs - startMs) / 1000,
    interrupted: signal.aborted,
    recorded: recorder.end(endMs),
    events,
    gauges: await sampling,
    ownLagMs: lag.percentile(99) / 1e6,
  }
}

async function sample(
  { gateways }: Fleet,
  startMs: number,
  everyMs: number,
  signal: AbortSignal,
): Promise<GaugeSample[][]> {
  const samples: GaugeSample[][] = gateways.map(() => [])
  const look = () =>
    Promise.all(
      gateways.map(async (gateway, number) => {
        const atSeconds = (performance.now() - startMs) / 1000
        const gauges = await askGauges(gateway)
        if (gauges) samples[number]!.push({ atSeconds, gauges })
      }),
    )
  for (let at = 1; !signal.aborted; at++) {
    await look()
    await until(startMs + at * everyMs, signal)
  }
  await look()
  return samples
}

function progressOf(name: string, recorder: Recorder, startMs: number, durationMs: number): string {
  const seconds = Math.round((performance.now() - startMs) / 1000)
  const { requests, failed } = recorder
  const latest = recorder.latest()
  const now = latest ? `, last second ${latest.requests} with p99 ${latest.p99.toFixed(0)} ms` : ''
  return `${name} (${recorder.phaseName}): ${seconds} of ${durationMs / 1000} s, ${requests} requests, ${failed} failed${now}`
}
