/** What an expression is put into: the instances that were chosen. */
const instance = 'instance=~"$instance"'
const namespace = 'cache_key_prefix=~"$namespace"'
const perMinute = 60

const quantile = (share: number, by: string, histogram: string) =>
  `histogram_quantile(${share}, sum by (${by}) (rate(${histogram}_bucket{${instance}}[5m]))) >= 0`
const rate = (by: string, counter: string) => `sum by (${by}) (rate(${counter}{${instance}}[5m]))`
const cacheRate = (counter: string) =>
  `sum by (cache_layer, cache_key_prefix) (rate(${counter}{${instance}, ${namespace}}[5m]))`
const hitRate = (by: string, cache: string) =>
  `100 * ${rate(by, `${cache}_hits_total`)} / (${rate(by, `${cache}_hits_total`)} + ${rate(by, `${cache}_misses_total`)}) >= 0`
const slowestOf = (share: string) =>
  `max by (endpoint) (voiceassist_response_time_${share}_seconds{${instance}})`
const slowest = `topk(10, ${slowestOf('p95')})`

/** What the panels ask Prometheus; `>= 0` leaves out what nothing was observed of. */
export const expressions = {
  queryP50: quantile(0.5, 'le', 'voiceassist_db_query_duration_seconds'),
  queryP95: quantile(0.95, 'le', 'voiceassist_db_query_duration_seconds'),
  queryP99: quantile(0.99, 'le', 'voiceassist_db_query_duration_seconds'),
  hitRate: `100 * ${cacheRate('cache_hits_total')} / (${cacheRate('cache_hits_total')} + ${cacheRate('cache_misses_total')}) >= 0`,
  flagHitRate: hitRate('cache_layer', 'voiceassist_feature_flag_cache'),
  ragHitRate: hitRate('cache_type', 'rag_cache'),
  poolUtilization: `voiceassist_db_pool_utilization_percent{${instance}}`,
  slowQueries: `${rate('query_type', 'voiceassist_db_slow_queries_total')} * ${perMinute}`,
  lent: `clamp_min(sum(voiceassist_db_pool_checked_out{${instance}}) - sum(voiceassist_db_pool_overflow{${instance}}), 0)`,
  overflow: `sum(voiceassist_db_pool_overflow{${instance}})`,
  idle: `sum(voiceassist_db_pool_checked_in{${instance}})`,
  endpointP95: slowest,
  endpointP50: `${slowestOf('p50')} and on (endpoint) ${slowest}`,
  endpointP99: `${slowestOf('p99')} and on (endpoint) ${slowest}`,
  cacheLatency: quantile(0.95, 'le, cache_layer, operation', 'cache_latency_seconds'),
  nPlusOne: `${rate('kind', 'voiceassist_db_n_plus_one_warnings_total')} * ${perMinute}`,
  queryRate: rate('query_type', 'voiceassist_db_query_count_total'),
} as const
