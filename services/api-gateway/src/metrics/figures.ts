import type { ProfilerStats } from '@voiceassist/query-profiler'
import type { DbPoolStats } from '../db/pool-stats.js'
import type { CacheFigures, HitCounts } from './cache-metrics.js'
import type { AllEndpointTimes } from './endpoint-times.js'

/** Plain numbers behind the metrics. */
export interface Figures {
  /** Undefined: queries are not profiled. */
  queries(): ProfilerStats | undefined
  pool(): DbPoolStats
  /** Of the cache, the flags and retrieval. */
  reads(): readonly HitCounts[]
  readonly cacheTimes: CacheFigures['times']
  readonly endpoints: AllEndpointTimes
}
