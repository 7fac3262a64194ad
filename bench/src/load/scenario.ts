import type { CacheStrategy } from '../overhead/cache-strategy.js'
import type { Fleet } from './fleet.js'
import type { Objective } from './objective.js'
import type { LoadOptions } from './options.js'
import { type RunPlan, type RunResult, run } from './run.js'

export interface ScenarioResult {
  readonly runs: readonly RunResult[]
  readonly objectives: readonly Objective[]
}

/** What a scenario runs with. */
export interface Surroundings {
  readonly options: LoadOptions
  readonly signal: AbortSignal
  /** Whoever opens a fleet closes it. */
  readonly openFleet: (strategy?: CacheStrategy) => Promise<Fleet>
}

export type Scenario = (surroundings: Surroundings) => Promise<ScenarioResult>

/** Requests that may fail while nothing is broken. */
export const budget = 0.001

/** One run, on a fleet that is opened for it. */
export async function runOnce(
  { options, signal, openFleet }: Surroundings,
  planFor: (fleet: Fleet) => RunPlan,
  strategy?: CacheStrategy,
): Promise<RunResult> {
  const fleet = await openFleet(strategy)
  try {
    return await run(planFor(fleet), fleet, options, signal)
  } finally {
    await fleet.close()
  }
}

/** Of an open loop: what the users of a closed one would come to if they were answered at once. */
export function ownRate({ rate, users, thinkMs }: LoadOptions): number {
  return rate ?? (users * 1000) / thinkMs
}
