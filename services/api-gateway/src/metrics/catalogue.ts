import { timedHitEvery } from '@voiceassist/cache'
import { durationBucketsSeconds } from '@voiceassist/query-profiler'
import { cacheTypes } from '@voiceassist/rag-cache'
import * as sets from './label-sets.js'
import { byFlag, counter, figure, gauge, histogram, type Metric, panels } from './metric.js'

const millisecondsUp = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1]
const responseTime = 'of an endpoint’s answers in the last five minutes, to 5 %; absent where there were none'

/** Every metric of /metrics, by what it is read from; besides, prom-client's own of the process (`process_`, `nodejs_`). */
export const catalogue = {
  profiler: {
    queryDuration: histogram(
      ['voiceassist_db_query_duration_seconds', 'db_query_duration_seconds'],
      sets.queryType,
      durationBucketsSeconds,
      'Time of queries from being sent to their last row, the wait for a connection not counted',
      panels.queryTimes,
    ),
    queries: counter(
      ['voiceassist_db_query_count_total', 'db_query_count_total'],
      sets.queryType,
      'Queries that ended',
      panels.queryRate,
    ),
    slowQueries: counter(
      ['voiceassist_db_slow_queries_total', 'db_slow_queries_total'],
      sets.queryType,
      'Queries over SLOW_QUERY_THRESHOLD_MS, or far over what is usual for them',
      panels.slowQueries,
    ),
    queryErrors: counter(
      ['voiceassist_db_query_errors_total', 'db_query_errors_total'],
      sets.queryType,
      'Queries that failed',
    ),
    nPlusOne: counter(
      ['voiceassist_db_n_plus_one_warnings_total', 'db_n_plus_one_warnings_total'],
      sets.nPlusOneKind,
      'Requests that repeated a query for each of several rows, by what they did',
      panels.nPlusOne,
    ),
    active: gauge(
      ['voiceassist_db_active_queries', 'db_active_queries'],
      {},
      'Queries that have been asked for and have not ended',
    ),
  },
  pool: {
    size: figure('voiceassist_db_pool_size', 'Database connections that stay open once opened'),
    checkedOut: figure(
      'voiceassist_db_pool_checked_out',
      'Database connections that are lent',
      panels.poolStatus,
    ),
    checkedIn: figure(
      'voiceassist_db_pool_checked_in',
      'Database connections that are open and idle',
      panels.poolStatus,
    ),
    overflow: figure(
      'voiceassist_db_pool_overflow',
      'Database connections open beyond the size',
      panels.poolStatus,
    ),
    utilizationPercent: figure(
      'voiceassist_db_pool_utilization_percent',
      'Lent connections, in percent of the most there can be',
      panels.poolUtilization,
    ),
  },
  cache: {
    hits: counter(
      ['cache_hits_total', 'voiceassist_cache_hits_total'],
      sets.layerAndNamespace,
      'Reads that a layer of the cache answered, by the part of their keys before its first colon',
      panels.hitRates,
    ),
    misses: counter(
      ['cache_misses_total', 'voiceassist_cache_misses_total'],
      sets.layerAndNamespace,
      'Reads that a layer of the cache was asked for and did not answer',
      panels.hitRates,
    ),
    hitRate: gauge(
      ['voiceassist_cache_hit_rate_percent'],
      sets.layerAndNamespace,
      'Hits in percent of what a layer was asked since the start; absent where it was asked nothing',
    ),
    entries: gauge(
      ['cache_entries_total', 'voiceassist_cache_size_entries', 'voiceassist_cache_size_items'],
      sets.layer,
      'Values that a layer of the cache holds; of the second one as it reported last',
    ),
    bytes: gauge(
      ['voiceassist_cache_memory_usage_bytes'],
      sets.layer,
      'What the values that a layer of the cache holds take; of the second one as it reported last',
    ),
    latency: histogram(
      ['cache_latency_seconds', 'voiceassist_cache_operation_duration_seconds'],
      sets.layerAndOperation,
      [0.000001, 0.00001, ...millisecondsUp],
      `Time of a cache layer’s operations, and of loads from the source; of hits in memory one of ${timedHitEvery} is timed`,
      panels.cacheLatency,
    ),
    evictions: counter(
      ['cache_evictions_total', 'voiceassist_cache_evictions_total'],
      { reason: ['capacity', 'expired', 'void'] },
      'Values that left memory: for want of room, by age, or since they were invalidated',
    ),
    staleReads: counter(
      ['cache_stale_reads_total'],
      sets.namespaceOrOther,
      'Hits, among those compared with the database, that had an old value',
    ),
    remoteUp: figure(
      'cache_remote_up',
      '1: the second tier answered within the last five seconds; absent where nothing is cached',
    ),
    breaker: figure(
      'cache_breaker_open',
      '1: the second tier failed several times in a row and is not asked for a while',
    ),
    outboxLag: figure(
      'cache_outbox_lag_seconds',
      'Age of the oldest change of the database that waits to be relayed to the cache',
    ),
  },
  requests: {
    duration: histogram(
      ['voiceassist_http_request_duration_seconds'],
      sets.request,
      [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      'Time from a request’s arrival to the end of its answer',
    ),
    total: counter(['voiceassist_http_requests_total'], sets.request, 'Requests answered'),
    p50: gauge(
      ['voiceassist_response_time_p50_seconds'],
      sets.endpoint,
      `Median ${responseTime}`,
      panels.slowestEndpoints,
    ),
    p95: gauge(
      ['voiceassist_response_time_p95_seconds'],
      sets.endpoint,
      `95th percentile ${responseTime}`,
      panels.slowestEndpoints,
    ),
    p99: gauge(
      ['voiceassist_response_time_p99_seconds'],
      sets.endpoint,
      `99th percentile ${responseTime}`,
      panels.slowestEndpoints,
    ),
  },
  endpoints: {
    queries: counter(
      ['voiceassist_endpoint_query_count_total'],
      sets.endpoint,
      'Queries that an endpoint’s requests made',
    ),
    queriesEach: histogram(
      ['voiceassist_endpoint_query_count'],
      sets.endpoint,
      [0, 1, 2, 3, 5, 10, 20, 50, 100],
      'Queries of one request',
    ),
    databaseTime: histogram(
      ['voiceassist_endpoint_database_time_seconds'],
      sets.endpoint,
      [0.0005, ...durationBucketsSeconds],
      'Time of one request’s queries, waits for connections included, added up',
    ),
    cacheTime: histogram(
      ['voiceassist_endpoint_cache_time_seconds'],
      sets.endpoint,
      millisecondsUp,
      'Time of one request’s operations of the second tier, added up; hits in memory take microseconds and are not counted',
    ),
  },
  process: {
    memory: figure('voiceassist_memory_usage_bytes', 'Memory of the process that is resident'),
    cpu: figure(
      'voiceassist_cpu_usage_percent',
      'Processor time of the process since the last look, in percent of one core',
    ),
    threads: figure(
      'voiceassist_thread_count',
      'Threads of the process; absent where the system has no /proc',
    ),
  },
  answers: {
    written: counter(
      ['voiceassist_answers_total'],
      sets.answer,
      'Answers written, by what wrote them and why',
    ),
    citationsRemoved: counter(
      ['voiceassist_answer_citations_removed_total'],
      {},
      'Citations of what was not given that were taken out of a model’s answer',
    ),
  },
  flags: {
    checks: counter(
      ['voiceassist_feature_flag_checks_total'],
      { flag_name: byFlag, result: ['on', 'off', 'error'] },
      'Evaluations of feature flags, by what they came to',
    ),
    hits: counter(
      ['voiceassist_feature_flag_cache_hits_total'],
      sets.flagLayer,
      'Look-ups of flags that memory (l1) or the shared tier (l2) answered',
      panels.hitRates,
    ),
    misses: counter(
      ['voiceassist_feature_flag_cache_misses_total'],
      sets.flagLayer,
      'Look-ups of flags that memory (l1) or the shared tier (l2) did not answer',
      panels.hitRates,
    ),
    reloads: counter(
      ['voiceassist_feature_flag_reloads_total'],
      { tier: ['l2', 'l3', 'none'] },
      'Loads of the flags into memory, by the tier that answered: the shared one (l2), the database (l3), or none',
    ),
    stale: figure(
      'voiceassist_feature_flags_stale',
      '1: the flags are served from what was known last, or not at all, since no tier confirms them',
    ),
  },
  rag: {
    hits: counter(
      ['rag_cache_hits_total'],
      { cache_type: cacheTypes },
      'Retrievals that were answered from the cache, by what was looked for',
      panels.hitRates,
    ),
    misses: counter(
      ['rag_cache_misses_total'],
      { cache_type: cacheTypes },
      'Retrievals that were not in the cache, by what was looked for',
      panels.hitRates,
    ),
    invalidations: counter(
      ['rag_cache_invalidations_total'],
      { invalidation_type: ['document', 'all'] },
      'Invalidations of cached searches: by a document’s change, or of all',
    ),
    outdated: counter(
      ['rag_cache_outdated_total'],
      {},
      'Cached searches that were asked for and dropped, since a change may have changed them',
    ),
    reuses: counter(
      ['rag_similar_reuses_total'],
      { outcome: ['served', 'rejected'] },
      'Results of similar questions: served, or found wrong by who had asked',
    ),
    saved: histogram(
      ['rag_search_latency_saved_seconds', 'rag_search_latency_saved'],
      {},
      [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10],
      'What a search that was answered from the cache had taken when it was made, less the hit’s own time',
    ),
  },
  audit: {
    chainBroken: figure(
      'voiceassist_audit_chain_broken',
      '1: the last verification of the audit chain by this gateway found it broken; absent before the first',
    ),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Metric>>>>
