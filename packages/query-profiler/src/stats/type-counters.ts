import { type QueryType, queryTypes } from '../fingerprint/statement.js'
import { durationBucketsSeconds, type QueryTypeStats } from './profiler-stats.js'

/** Counts of one type, to be read while they change. */
class TypeCounter implements QueryTypeStats {
  queries = 0
  errors = 0
  slow = 0
  durationSum = 0
  readonly durationCounts = new Float64Array(durationBucketsSeconds.length + 1)
  rows = 0
  waitSum = 0
}

/** Counts by type of query, for metrics: a closed set, so that it is bounded by itself. */
export class TypeCounters {
  readonly byType: Readonly<Record<QueryType, TypeCounter>> = Object.fromEntries(
    queryTypes.map(type => [type, new TypeCounter()]),
  ) as Record<QueryType, TypeCounter>

  add(type: QueryType, durationMs: number, waitMs: number, rows: number, isError: boolean): void {
    const counter = this.byType[type]
    const seconds = durationMs / 1000
    let bucket = 0
    while (bucket < durationBucketsSeconds.length && seconds > (durationBucketsSeconds[bucket] as number))
      bucket++
    counter.durationCounts[bucket] = (counter.durationCounts[bucket] as number) + 1
    counter.queries++
    if (isError) counter.errors++
    counter.durationSum += seconds
    counter.waitSum += waitMs / 1000
    counter.rows += rows
  }

  addSlow(type: QueryType): void {
    this.byType[type].slow++
  }
}
