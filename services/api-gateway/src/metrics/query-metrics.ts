import { type ProfilerStats, queryTypes } from '@voiceassist/query-profiler'
import type { Registry } from 'prom-client'
import { catalogue } from './catalogue.js'
import { expose } from './expose.js'

/** Read from the profiler when Prometheus asks: a query costs no label. */
export function exposeQueries(registry: Registry, stats: () => ProfilerStats): void {
  const { queryDuration, queries, slowQueries, queryErrors, nPlusOne, active } = catalogue.profiler
  expose(registry, queryDuration, () =>
    queryTypes.map(query_type => {
      const { durationCounts: counts, durationSum: sum } = stats().byType[query_type]
      return { labels: { query_type }, counts, sum }
    }),
  )
  for (const [metric, field] of [
    [queries, 'queries'],
    [slowQueries, 'slow'],
    [queryErrors, 'errors'],
  ] as const)
    expose(registry, metric, () =>
      queryTypes.map(query_type => ({ labels: { query_type }, value: stats().byType[query_type][field] })),
    )
  expose(registry, nPlusOne, () =>
    nPlusOne.labels.kind.map(kind => ({ labels: { kind }, value: stats().nPlusOne[kind] })),
  )
  expose(registry, active, () => [{ value: stats().active }])
}
