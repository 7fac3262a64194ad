import type { GatewayClient } from './gateway-client.js'

/** What a gateway says of itself at one time; a field is absent where it does not say. */
export interface Gauges {
  readonly rssBytes?: number
  readonly heapBytes?: number
  readonly externalBytes?: number
  /** What the cache keeps in memory, by its own estimate. */
  readonly cacheBytes?: number
  /** What keeps the event loop alive: sockets, timers, requests of the system. */
  readonly handles?: number
  readonly fileDescriptors?: number
  /** From this process to the gateway. */
  readonly connections?: number
  /** 99th percentile since the last look. */
  readonly lagSeconds?: number
  readonly cpuSeconds?: number
  readonly poolOut?: number
  readonly poolIn?: number
  readonly memoryHits?: number
  readonly memoryMisses?: number
  readonly remoteHits?: number
  readonly remoteMisses?: number
  readonly remoteUp?: number
  /** That requests made, without what a gateway does by itself. */
  readonly queries?: number
}

/** Where each is read from; several series are added up. */
const sources: Readonly<Record<Exclude<keyof Gauges, 'connections'>, string>> = {
  rssBytes: 'process_resident_memory_bytes',
  heapBytes: 'nodejs_heap_size_used_bytes',
  externalBytes: 'nodejs_external_memory_bytes',
  cacheBytes: 'voiceassist_cache_memory_usage_bytes{cache_layer="memory"}',
  handles: 'nodejs_active_resources_total',
  fileDescriptors: 'process_open_fds',
  lagSeconds: 'nodejs_eventloop_lag_p99_seconds',
  cpuSeconds: 'process_cpu_seconds_total',
  poolOut: 'voiceassist_db_pool_checked_out',
  poolIn: 'voiceassist_db_pool_checked_in',
  memoryHits: 'cache_hits_total{cache_layer="memory"',
  memoryMisses: 'cache_misses_total{cache_layer="memory"',
  remoteHits: 'cache_hits_total{cache_layer="remote"',
  remoteMisses: 'cache_misses_total{cache_layer="remote"',
  remoteUp: 'cache_remote_up',
  queries: 'voiceassist_endpoint_query_count_total',
}

export interface GaugeSample {
  readonly atSeconds: number
  readonly gauges: Gauges
}

export function readGauges(metrics: string): Gauges {
  const found: Record<string, number> = {}
  for (const line of metrics.split('\n')) {
    if (line.startsWith('#')) continue
    for (const [name, source] of Object.entries(sources)) {
      if (!line.startsWith(source) || !/^[ {,}]/.test(line.slice(source.length))) continue
      const value = Number(line.slice(line.lastIndexOf(' ') + 1))
      if (Number.isFinite(value)) found[name] = (found[name] ?? 0) + value
    }
  }
  return found
}

/** Asked past all proxies, as Prometheus does. Undefined: there are no metrics for this caller, or no answer. */
export async function askGauges(gateway: GatewayClient): Promise<Gauges | undefined> {
  const { status, text } = await gateway.ask({ method: 'GET', path: '/metrics' })
  return status === 200 ? { ...readGauges(text), connections: gateway.connections } : undefined
}
