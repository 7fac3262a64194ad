import {
  durationBucketsSeconds,
  type NPlusOneKind,
  type ProfilerStats,
  queryTypes,
} from '@voiceassist/query-profiler'
import { Counter, Gauge, type Registry } from 'prom-client'
import { CountedHistogram } from './counted-histogram.js'

const nPlusOneKinds = ['n-plus-one', 'duplicate', 'write-loop'] as const satisfies readonly NPlusOneKind[]
const labelNames = ['query_type'] as const

/** Read from the profiler when Prometheus asks: a query costs no label. */
export function registerQueryMetrics(registry: Registry, stats: () => ProfilerStats): void {
  const registers = [registry]
  new CountedHistogram({
    name: 'db_query_duration_seconds',
    help: 'Time of queries from being sent to their last row, the wait for a connection not counted',
    labelName: 'query_type',
    bounds: durationBucketsSeconds,
    registers,
    read: () =>
      queryTypes.map(type => {
        const { durationCounts, durationSum } = stats().byType[type]
        return { label: type, counts: durationCounts, sum: durationSum }
      }),
  })
  for (const [name, help, field] of [
    ['db_query_count_total', 'Queries that ended', 'queries'],
    [
      'db_slow_queries_total',
      'Queries over SLOW_QUERY_THRESHOLD_MS, or far over what is usual for them',
      'slow',
    ],
    ['db_query_errors_total', 'Queries that failed', 'errors'],
  ] as const)
    new Counter({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.reset()
        for (const query_type of queryTypes) this.inc({ query_type }, stats().byType[query_type][field])
      },
    })
  new Counter({
    name: 'db_n_plus_one_warnings_total',
    help: 'Requests that repeated a query for each of several rows, by what they did',
    labelNames: ['kind'],
    registers,
    collect() {
      this.reset()
      for (const kind of nPlusOneKinds) this.inc({ kind }, stats().nPlusOne[kind])
    },
  })
  new Gauge({
    name: 'db_active_queries',
    help: 'Queries that have been asked for and have not ended',
    registers,
    collect() {
      this.set(stats().active)
    },
  })
}
