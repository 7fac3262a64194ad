import type { FeatureFlags } from '@voiceassist/feature-flags'
import type { Clock } from '@voiceassist/kernel'
import type { QueryProfiler } from '@voiceassist/query-profiler'
import { collectDefaultMetrics, Registry } from 'prom-client'
import type { DatabasePool } from '../db/database-pool.js'
import { ProfiledRequest, type RequestCost } from '../plugins/profiled-request.js'
import type { Services } from '../services/create-services.js'
import { exposeAnswers } from './answer-metrics.js'
import { exposeCache } from './cache-metrics.js'
import { catalogue } from './catalogue.js'
import { exposeEndpoints } from './endpoint-metrics.js'
import { expose } from './expose.js'
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
  const closeRag = exposeRag(registry)
  const closeCache = exposeCache(registry, {
    clock,
    report: () => services.cache.report(),
    remoteTook(durationMs) {
      const request = profiler?.currentRequest()
      if (request instanceof ProfiledRequest) request.cacheTimeMs += durationMs
    },
  })
  return {
    registry,
    requestEnded,
    close() {
      closeFlags()
      closeRag()
      closeCache()
    },
  }
}
