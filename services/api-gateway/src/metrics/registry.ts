import type { FeatureFlags } from '@voiceassist/feature-flags'
import type { Clock } from '@voiceassist/kernel'
import type { QueryProfiler } from '@voiceassist/query-profiler'
import { collectDefaultMetrics, Registry } from 'prom-client'
import type { DatabasePool } from '../db/database-pool.js'
import { getDbPoolStats } from '../db/pool-stats.js'
import { ProfiledRequest, type RequestCost } from '../plugins/profiled-request.js'
import type { Services } from '../services/create-services.js'
import { exposeAnswers } from './answer-metrics.js'
import { exposeCache } from './cache-metrics.js'
import { catalogue } from './catalogue.js'
import { exposeEndpoints } from './endpoint-metrics.js'
import { AllEndpointTimes } from './endpoint-times.js'
import { expose } from './expose.js'
import type { Figures } from './figures.js'
import { exposeFlags } from './flag-metrics.js'
import { exposePool } from './pool-metrics.js'
import { exposeProcess } from './process-metrics.js'
import { exposeQueries } from './query-metrics.js'
import { exposeRag } from './rag-metrics.js'

export interface OpenMetricsOptions {
  readonly clock: Clock
  readonly pool: DatabasePool
  readonly profiler: QueryProfiler | undefined
  readonly services: Pick<Services, 'answerTally' | 'cache' | 'audit'>
  readonly flags: FeatureFlags
  /** Those that are counted from 0 on; asked when Prometheus asks. */
  readonly endpoints: () => readonly string[]
}

export interface OpenMetrics {
  readonly registry: Registry
  /** What the metrics are made of, for who reads it more often than Prometheus does. */
  readonly figures: Figures
  /** Counts what an ended request cost; undefined: nothing is profiled. */
  readonly requestEnded: ((cost: RequestCost) => void) | undefined
  close(): void
}

/** Metrics of one app, so that two in a process do not count into each other; only the caches' events are the process's. */
export function openMetrics({
  clock,
  pool,
  profiler,
  services,
  flags,
  endpoints,
}: OpenMetricsOptions): OpenMetrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  exposeProcess(registry, clock)
  exposePool(registry, pool)
  if (profiler) exposeQueries(registry, () => profiler.stats())
  const requestEnded = profiler && exposeEndpoints(registry, endpoints)
  exposeAnswers(registry, services.answerTally)
  expose(registry, catalogue.audit.chainBroken, () => {
    const { lastVerified } = services.audit
    return lastVerified === undefined ? [] : [{ value: lastVerified ? 0 : 1 }]
  })
  const closeFlags = exposeFlags(registry, flags)
  const rag = exposeRag(registry)
  const cache = exposeCache(registry, {
    clock,
    report: () => services.cache.report(),
    remoteTook(durationMs) {
      const request = profiler?.currentRequest()
      if (request instanceof ProfiledRequest) request.cacheTimeMs += durationMs
    },
  })
  const figures: Figures = {
    queries: () => profiler?.stats(),
    pool: () => getDbPoolStats(pool),
    reads: () => {
      const { l1Cache, l2Cache } = flags.getCacheStats()
      return [
        ...cache.reads(),
        { of: 'flags l1', ...l1Cache },
        { of: 'flags l2', ...l2Cache },
        ...rag.reads(),
      ]
    },
    cacheTimes: cache.times,
    endpoints: new AllEndpointTimes(),
  }
  return {
    registry,
    figures,
    requestEnded,
    close() {
      closeFlags()
      rag.close()
      cache.close()
    },
  }
}
