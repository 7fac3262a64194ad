import { loadavg } from 'node:os'
import { machine } from '../../common/say.js'
import { type Counted, countedIn } from '../counted.js'
import type { Objective } from '../objective.js'
import type { LoadOptions } from '../options.js'
import type { RunResult } from '../run.js'
import type { ScenarioResult } from '../scenario.js'

export interface Report {
  readonly bench: 'load'
  readonly at: string
  readonly machine: string
  /** Of the machine at the end, of the last minute: what other programs do is in it. */
  readonly loadAverage: number
  readonly versions: { readonly node: string }
  readonly scenario: LoadOptions['scenario']
  readonly options: Omit<LoadOptions, 'scenario' | 'output'>
  readonly interrupted: boolean
  readonly objectives: readonly Objective[]
  readonly runs: readonly (RunResult & { readonly counted: Counted })[]
}

export function reportOf(
  { scenario, output: _, ...options }: LoadOptions,
  startedAt: Date,
  { runs, objectives }: ScenarioResult,
): Report {
  return {
    bench: 'load',
    at: startedAt.toISOString(),
    machine: machine(),
    loadAverage: loadavg()[0]!,
    versions: { node: process.version },
    scenario,
    options,
    interrupted: runs.some(({ interrupted }) => interrupted),
    objectives,
    runs: runs.map(result => ({ ...result, counted: countedIn(result) })),
  }
}
