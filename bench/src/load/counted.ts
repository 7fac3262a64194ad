import type { Gauges } from './gauges.js'
import type { RunResult } from './run.js'

/** What all gateways counted from the first look to the last; NaN where they did not say. */
export interface Counted {
  /** Of reads that asked the tier, 0 to 1. */
  readonly memoryHits: number
  readonly remoteHits: number
  readonly queriesEach: number
  readonly cpuMsEach: number
  /** The most that a gateway had at one look. */
  readonly mostRssBytes: number
  readonly mostHeapBytes: number
  readonly mostPoolOut: number
  readonly worstLagMs: number
}

export function countedIn({ gauges, recorded }: RunResult): Counted {
  const grown = (name: keyof Gauges) =>
    gauges.reduce((sum, samples) => {
      const [first, last] = [samples[0], samples.at(-1)]
      return sum + ((last?.gauges[name] ?? Number.NaN) - (first?.gauges[name] ?? Number.NaN))
    }, 0)
  const most = (name: keyof Gauges) => {
    const values = gauges.flatMap(samples => samples.flatMap(({ gauges }) => gauges[name] ?? []))
    return values.length === 0 ? Number.NaN : Math.max(...values)
  }
  const share = (hits: number, misses: number) => hits / (hits + misses)
  return {
    memoryHits: share(grown('memoryHits'), grown('memoryMisses')),
    remoteHits: share(grown('remoteHits'), grown('remoteMisses')),
    queriesEach: grown('queries') / recorded.requests,
    cpuMsEach: (1000 * grown('cpuSeconds')) / recorded.requests,
    mostRssBytes: most('rssBytes'),
    mostHeapBytes: most('heapBytes'),
    mostPoolOut: most('poolOut'),
    worstLagMs: 1000 * most('lagSeconds'),
  }
}
