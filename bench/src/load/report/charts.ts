import type { GaugeSample, Gauges } from '../gauges.js'
import type { RunResult } from '../run.js'
import type { Chart, Line } from './chart.js'

export function chartsOf({ recorded, gauges, loop }: RunResult): Chart[] {
  const { samples } = recorded
  const everySeconds = (samples[1]?.atSeconds ?? 1) - (samples[0]?.atSeconds ?? 0)
  const traffic = (name: string, value: (sample: (typeof samples)[number]) => number): Line => ({
    name,
    points: samples.map(sample => [sample.atSeconds, value(sample)]),
  })
  const answered = samples.filter(({ requests }) => requests > 0)
  const latency = (name: string, value: (sample: (typeof samples)[number]) => number): Line => ({
    name,
    points: answered.map(sample => [sample.atSeconds, value(sample)]),
  })
  const gauge = (name: string, read: (gauges: Gauges, before: Gauges) => number): Line[] =>
    gauges.map((own, at) => ({
      name: gauges.length > 1 ? `${name}, gateway ${at + 1}` : name,
      points: pairs(own).flatMap(([before, sample]) => {
        const value = read(sample.gauges, before.gauges)
        return Number.isFinite(value) ? [[sample.atSeconds, value] as const] : []
      }),
    }))
  const mib = (bytes: number | undefined) => (bytes ?? Number.NaN) / 2 ** 20
  const hits = (hit: keyof Gauges, miss: keyof Gauges) => (now: Gauges, before: Gauges) => {
    const [hits, misses] = [hit, miss].map(name => (now[name] ?? Number.NaN) - (before[name] ?? Number.NaN))
    return (100 * hits!) / (hits! + misses!)
  }
  return [
    {
      title: `Latency over time, ms, from when a request ${loop === 'open' ? 'was to be' : 'is'} sent`,
      lines: [latency('p50', ({ p50 }) => p50), latency('p99', ({ p99 }) => p99)],
      logarithmic: true,
    },
    {
      title: 'Requests a second',
      lines: [
        traffic('answered', ({ requests, failed }) => (requests - failed) / everySeconds),
        traffic('failed', ({ failed }) => failed / everySeconds),
      ],
    },
    {
      title: 'Hits, percent',
      lines: [
        ...gauge('memory', hits('memoryHits', 'memoryMisses')),
        ...gauge('second tier', hits('remoteHits', 'remoteMisses')),
      ],
    },
    {
      title: 'Connections of the pool',
      lines: [
        ...gauge('lent', ({ poolOut = Number.NaN }) => poolOut),
        ...gauge('idle', ({ poolIn = Number.NaN }) => poolIn),
      ],
    },
    {
      title: 'Lag of the event loop, ms, 99th percentile',
      lines: gauge('lag', ({ lagSeconds = Number.NaN }) => 1000 * lagSeconds),
    },
    {
      title: 'Memory, MiB',
      lines: [
        ...gauge('resident', ({ rssBytes }) => mib(rssBytes)),
        ...gauge('heap', ({ heapBytes }) => mib(heapBytes)),
        ...gauge('outside the heap', ({ externalBytes }) => mib(externalBytes)),
        ...gauge('cache', ({ cacheBytes }) => mib(cacheBytes)),
      ],
    },
    {
      title: 'Handles and file descriptors',
      lines: [
        ...gauge('handles', ({ handles = Number.NaN }) => handles),
        ...gauge('file descriptors', ({ fileDescriptors = Number.NaN }) => fileDescriptors),
        ...gauge('connections of clients', ({ connections = Number.NaN }) => connections),
      ],
    },
  ]
}

/** By the share of requests that are slower: 1 in 10, in 100, and so on. */
export function distributionChart(runs: readonly RunResult[]): Chart {
  return {
    title: 'Latency that a share of the requests keeps to, ms',
    lines: runs.map(({ name, recorded }) => ({
      name,
      points: recorded.percentiles
        .filter(([at]) => at < 100)
        .map(([at, value]) => [-Math.log10(1 - at / 100), value] as const),
    })),
    logarithmic: true,
    axis: [
      [0, '0 %'],
      [-Math.log10(0.5), '50 %'],
      [1, '90 %'],
      [2, '99 %'],
      [3, '99.9 %'],
      [4, '99.99 %'],
    ],
  }
}

function pairs(samples: readonly GaugeSample[]): (readonly [GaugeSample, GaugeSample])[] {
  return samples.slice(1).map((sample, at) => [samples[at]!, sample])
}
