import type { OverviewPanel } from '@voiceassist/api-contract'
import { durationBucketsSeconds, queryTypes } from '@voiceassist/query-profiler'
import { catalogue } from '../metrics/catalogue.js'
import type { Figures } from '../metrics/figures.js'
import { nPlusOneKind } from '../metrics/label-sets.js'
import { panels } from '../metrics/metric.js'
import { panelLimits } from '../metrics/panel-limits.js'
import { CounterRates } from './counter-rates.js'
import { HistogramDelta } from './histogram-delta.js'

/** By series; one that has nothing to say is left out. */
export type Reading = ReadonlyMap<string, number>

/** One panel of the dashboard, read from plain numbers in process. */
export interface PanelReadings extends Omit<OverviewPanel, 'series'> {
  /** Those that are there from the start. */
  readonly series: readonly string[]
  /** So many series are shown, those with the highest values; absent: all that appear. */
  readonly most?: number
  /** To be called once a sample. @param nowMs monotonic */
  read(nowMs: number): Reading
}

const minuteMs = 60_000
const p95 = 0.95
const shares = { P50: 0.5, P95: p95, P99: 0.99 } as const
const nPlusOneKinds = nPlusOneKind.kind

/**
 * The nine panels, in the dashboard's order. What the dashboard averages over five minutes is of one interval here;
 * what is counted by the minute is of the last minute.
 */
export function panelReadings(figures: Figures): readonly PanelReadings[] {
  const byType = (field: 'slow' | 'queries') => () => {
    const stats = figures.queries()
    return new Map(stats ? queryTypes.map(type => [type, stats.byType[type][field]] as const) : [])
  }
  const nPlusOne = () => {
    const stats = figures.queries()
    return new Map(stats ? nPlusOneKinds.map(kind => [kind, stats.nPlusOne[kind]] as const) : [])
  }
  return [
    panel('queryTimes', 'seconds', Object.keys(shares), queryTimes(figures), '/queries'),
    panel('hitRates', 'percent', [], hitRates(figures), '/caches'),
    panel('poolUtilization', 'percent', ['lent'], () => {
      return new Map([['lent', figures.pool().utilizationPercent]])
    }),
    panel('slowQueries', 'count', queryTypes, inLastMinute(byType('slow')), '/queries'),
    panel('poolStatus', 'count', ['lent', 'overflow', 'idle'], () => {
      const { checkedOut, overflow, checkedIn } = figures.pool()
      return new Map([
        ['lent', Math.max(0, checkedOut - overflow)],
        ['overflow', overflow],
        ['idle', checkedIn],
      ])
    }),
    { ...panel('slowestEndpoints', 'seconds', [], endpointTimes(figures), '/queries'), most: 10 },
    panel('cacheLatency', 'seconds', [], cacheLatency(figures), '/caches'),
    panel('nPlusOne', 'count', nPlusOneKinds, inLastMinute(nPlusOne), '/queries'),
    panel('queryRate', 'perSecond', queryTypes, perSecond(byType('queries')), '/queries'),
  ]
}

function panel(
  id: keyof typeof panels,
  unit: OverviewPanel['unit'],
  series: readonly string[],
  read: PanelReadings['read'],
  href?: string,
): PanelReadings {
  const limits = id in panelLimits ? panelLimits[id as keyof typeof panelLimits] : {}
  return { id, title: panels[id], unit, series, ...limits, ...(href ? { href } : {}), read }
}

function queryTimes(figures: Figures): PanelReadings['read'] {
  const times = new HistogramDelta(durationBucketsSeconds)
  return () => {
    const stats = figures.queries()
    if (!stats) return new Map()
    times.look(...queryTypes.map(type => stats.byType[type].durationCounts))
    return known(Object.entries(shares).map(([name, share]) => [name, times.quantile(share)]))
  }
}

function hitRates(figures: Figures): PanelReadings['read'] {
  const hits = new CounterRates(0)
  const asked = new CounterRates(0)
  return nowMs => {
    const reads = figures.reads()
    const hit = hits.look(new Map(reads.map(read => [read.of, read.hits])), nowMs).grown
    const all = asked.look(new Map(reads.map(read => [read.of, read.hits + read.misses])), nowMs).grown
    return known(
      [...all].map(([of, count]) => [of, count > 0 ? (100 * (hit.get(of) ?? 0)) / count : undefined]),
    )
  }
}

function endpointTimes({ endpoints }: Figures): PanelReadings['read'] {
  return nowMs =>
    known(
      [...endpoints].map(([endpoint, { quantiles }]) => {
        const found = quantiles.read(nowMs)
        return [endpoint, found && found.p95 / 1000]
      }),
    )
}

function cacheLatency({ cacheTimes }: Figures): PanelReadings['read'] {
  const times = cacheTimes.map(({ of, counted }) => ({
    of,
    counted,
    delta: new HistogramDelta(catalogue.cache.latency.bounds),
  }))
  return () =>
    known(
      times.map(({ of, counted, delta }) => {
        delta.look(counted.counts)
        return [of, delta.quantile(p95)]
      }),
    )
}

function inLastMinute(count: () => ReadonlyMap<string, number>): PanelReadings['read'] {
  const rates = new CounterRates(minuteMs)
  return nowMs => rates.look(count(), nowMs).grown
}

function perSecond(count: () => ReadonlyMap<string, number>): PanelReadings['read'] {
  const rates = new CounterRates(0)
  return nowMs => {
    const { grown, overMs } = rates.look(count(), nowMs)
    return new Map([...grown].map(([name, more]) => [name, (1000 * more) / overMs]))
  }
}

function known(values: readonly (readonly [string, number | undefined])[]): Reading {
  return new Map(values.filter((value): value is readonly [string, number] => value[1] !== undefined))
}
