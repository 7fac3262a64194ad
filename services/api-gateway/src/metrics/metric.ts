/** The panels of dashboards/performance-metrics.json, in their order. */
export const panels = {
  queryTimes: 'Database Query Performance (P50, P95, P99)',
  hitRates: 'Cache Hit Rates',
  poolUtilization: 'DB Connection Pool Utilization',
  slowQueries: 'Slow Queries per Minute',
  poolStatus: 'Connection Pool Status',
  slowestEndpoints: 'Top 10 Slowest Endpoints',
  cacheLatency: 'Cache Operation Latency',
  nPlusOne: 'N+1 Query Warnings',
  queryRate: 'Database Queries per Second',
} as const

export type Panel = (typeof panels)[keyof typeof panels]

/** Values of a label that the registered routes make: known, and closed, once the app is built. */
export const byRoute = 'by route'
/** Values of a label that the environment's flags make; those of a flag that is gone go with it. */
export const byFlag = 'by flag'

export interface Metric {
  /** Names under which the same figures are served; the first is the one to use. Their suffix is the unit. */
  readonly names: readonly [string, ...string[]]
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly labels: Readonly<Record<string, readonly string[] | typeof byRoute | typeof byFlag>>
  readonly help: string
  readonly panel?: Panel
  /** Upper bounds of a histogram's buckets. */
  readonly bounds?: readonly number[]
}

export type Labels = Metric['labels']

type Names = Metric['names']

export function counter<const L extends Labels>(names: Names, labels: L, help: string, panel?: Panel) {
  return { type: 'counter', names, labels, help, ...(panel ? { panel } : {}) } as const
}

export function gauge<const L extends Labels>(names: Names, labels: L, help: string, panel?: Panel) {
  return { type: 'gauge', names, labels, help, ...(panel ? { panel } : {}) } as const
}

/** A gauge without labels. */
export function figure(name: string, help: string, panel?: Panel) {
  return gauge([name], {}, help, panel)
}

/** @param bounds upper ones of its buckets */
export function histogram<const L extends Labels>(
  names: Names,
  labels: L,
  bounds: readonly number[],
  help: string,
  panel?: Panel,
) {
  return { type: 'histogram', names, labels, bounds, help, ...(panel ? { panel } : {}) } as const
}
