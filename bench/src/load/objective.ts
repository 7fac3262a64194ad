import type { Gauges } from './gauges.js'
import { growthOf, type Tolerance } from './growth.js'
import { warmUp } from './recorder.js'
import type { RunResult } from './run.js'
import { staleHistory } from './user.js'

/** What a run must come to. */
export interface Objective {
  readonly name: string
  readonly target: string
  readonly measured: string
  readonly isMet: boolean
}

/** Of requests in the named phases; absent: in all of them. */
export function fewFail({ recorded }: RunResult, most: number, phases?: readonly string[]): Objective {
  const own = recorded.phases.filter(({ name }) => (phases ? phases.includes(name) : name !== warmUp))
  const requests = own.reduce((sum, phase) => sum + phase.requests, 0)
  const failed = own.reduce((sum, phase) => sum + phase.failed, 0)
  const share = requests === 0 ? Number.NaN : failed / requests
  return {
    name: `Requests that fail${phases ? `, ${phases.join(' and ')}` : ''}`,
    target: `at most ${percent(most)}`,
    measured: `${percent(share)} (${failed} of ${requests})`,
    isMet: share <= most,
  }
}

/** Only by these codes may requests fail, such as those that say that the gateway cannot now. */
export function onlyBy(
  { recorded }: RunResult,
  codes: readonly string[],
  phases: readonly string[],
): Objective {
  const own = recorded.phases.filter(({ name }) => phases.includes(name))
  const others = own.flatMap(({ errors }) =>
    Object.entries(errors).filter(([error]) => !codes.some(code => error === code)),
  )
  return {
    name: `Errors, ${phases.join(' and ')}`,
    target: `none but ${codes.join(', ')}`,
    measured:
      others.length === 0 ? 'no others' : others.map(([error, count]) => `${count} × ${error}`).join(', '),
    isMet: others.length === 0,
  }
}

/** Who was given an answer finds it in the session's history. */
export function nothingStale({ recorded }: RunResult): Objective {
  const stale = recorded.phases
    .flatMap(({ errors }) => Object.entries(errors))
    .filter(([error]) => error.endsWith(staleHistory))
    .reduce((sum, [, count]) => sum + count, 0)
  return {
    name: 'Stale histories',
    target: 'none lacks an answer which its reader was given before',
    measured: `${stale}`,
    isMet: stale === 0,
  }
}

/** What must not grow, without what has a limit elsewhere, and how much growth is taken for noise. */
const bounded: readonly (readonly [string, (gauges: Gauges) => number | undefined, Tolerance, string])[] = [
  [
    'Heap without what the cache keeps',
    ({ heapBytes, cacheBytes }) => less(heapBytes, cacheBytes),
    { share: 0.1, least: 8 * 2 ** 20 },
    'MiB',
  ],
  [
    'Memory outside the heap',
    ({ externalBytes }) => externalBytes,
    { share: 0.1, least: 8 * 2 ** 20 },
    'MiB',
  ],
  ['Resident memory', ({ rssBytes }) => rssBytes, { share: 0.1, least: 32 * 2 ** 20 }, 'MiB'],
  [
    'Handles without connections of clients and of the pool',
    ({ handles, connections, poolIn, poolOut }) => less(handles, connections, poolIn, poolOut),
    { share: 0.1, least: 5 },
    '',
  ],
  [
    'File descriptors without them',
    ({ fileDescriptors, connections, poolIn, poolOut }) =>
      less(fileDescriptors, connections, poolIn, poolOut),
    { share: 0.1, least: 5 },
    '',
  ],
]

function less(whole: number | undefined, ...parts: readonly (number | undefined)[]): number | undefined {
  return whole && parts.reduce<number>((left, part = 0) => left - part, whole)
}

export function nothingGrows({ gauges }: RunResult): Objective[] {
  return gauges.flatMap((samples, at) =>
    bounded.map(([name, read, tolerance, unit]) => {
      const points = samples.flatMap(({ atSeconds, gauges }) => {
        const value = read(gauges)
        return value === undefined ? [] : [{ at: atSeconds, value }]
      })
      const growth = growthOf(points, tolerance)
      const shown = (value: number) =>
        Number.isNaN(value)
          ? 'too short a run to say'
          : `${(unit ? value / 2 ** 20 : value).toFixed(1)} ${unit}`.trim()
      return {
        name: `${name}${gauges.length > 1 ? `, gateway ${at + 1}` : ''}`,
        target: growth
          ? `certain growth of at most ${shown(growth.tolerated)} from ${shown(growth.level)}`
          : 'does not grow',
        measured: growth
          ? `certain ${shown(growth.certain)}, estimated ${shown(growth.growth)}`
          : 'the gateway does not say',
        isMet: growth?.isSteady ?? false,
      }
    }),
  )
}

export function percent(share: number): string {
  return Number.isNaN(share) ? 'no request' : `${(100 * share).toFixed(2)} %`
}
