import { type CacheEvent, cacheChannel } from '@voiceassist/cache'
import type { Clock } from '@voiceassist/kernel'
import type { Registry } from 'prom-client'
import { cacheNamespaces } from '../cache/cache-options.js'
import type { CacheReport } from '../services/cache.service.js'
import { BucketCounts } from './bucket-counts.js'
import { catalogue } from './catalogue.js'
import { expose } from './expose.js'
import { remoteOperations } from './label-sets.js'

const {
  hits,
  misses,
  hitRate,
  entries,
  bytes,
  latency,
  evictions,
  staleReads,
  breaker,
  remoteUp,
  outboxLag,
} = catalogue.cache
/** It is asked at least once a second, by the heartbeat. */
const answersWithinMs = 5000
const layers = hits.labels.cache_layer
const namespaces = Object.keys(cacheNamespaces) as (keyof typeof cacheNamespaces)[]
type Layer = (typeof layers)[number]

export interface CacheMetricsOptions {
  readonly clock: Clock
  readonly report: () => CacheReport
  /** Told of each operation of a second tier, in the context of who waits for it. */
  readonly remoteTook: (durationMs: number) => void
}

export interface CacheFigures {
  reads(): readonly HitCounts[]
  /** By layer and operation, in seconds, in buckets of `catalogue.cache.latency`. */
  readonly times: readonly { readonly of: string; readonly counted: BucketCounts }[]
  close(): void
}

/** Since the start. */
export interface HitCounts {
  /** Of which cache. */
  readonly of: string
  readonly hits: number
  readonly misses: number
}

/**
 * Hits and misses are read from the cache when Prometheus asks; what else happened is told by its events, which every
 * cache of the process publishes, until it is closed.
 */
export function exposeCache(
  registry: Registry,
  { clock, report, remoteTook }: CacheMetricsOptions,
): CacheFigures {
  const asked = () => {
    const found = report().namespaces
    return layers.flatMap(cache_layer =>
      namespaces.map(cache_key_prefix => ({
        labels: { cache_layer, cache_key_prefix },
        ...countsOf(cache_layer, cache_key_prefix, found[cache_key_prefix]),
      })),
    )
  }
  expose(registry, hits, () => asked().map(({ labels, hits }) => ({ labels, value: hits })))
  expose(registry, misses, () => asked().map(({ labels, misses }) => ({ labels, value: misses })))
  expose(registry, hitRate, () =>
    asked()
      .filter(({ hits, misses }) => hits + misses > 0)
      .map(({ labels, hits, misses }) => ({ labels, value: (100 * hits) / (hits + misses) })),
  )
  for (const [metric, field] of [
    [entries, 'entries'],
    [bytes, 'bytes'],
  ] as const)
    expose(registry, metric, () =>
      layers.map(cache_layer => ({ labels: { cache_layer }, value: report().tiers[cache_layer][field] })),
    )
  expose(registry, outboxLag, () => [{ value: (report().relay?.lagMs ?? 0) / 1000 }])
  let answeredAtMs = Number.NEGATIVE_INFINITY
  expose(registry, remoteUp, () => {
    if (report().kind === 'none') return []
    return [{ value: clock.monotonic() - answeredAtMs < answersWithinMs ? 1 : 0 }]
  })
  const { times, close } = listen(registry, ({ durationMs, outcome }) => {
    if (outcome === 'done') answeredAtMs = clock.monotonic()
    remoteTook(durationMs)
  })
  const reads = () =>
    asked().map(({ labels, hits, misses }) => ({
      of: `${labels.cache_layer} ${labels.cache_key_prefix}`,
      hits,
      misses,
    }))
  return { reads, times, close }
}

/** A namespace that is kept out of memory misses nothing there. */
function countsOf(
  layer: Layer,
  namespace: keyof typeof cacheNamespaces,
  counted: CacheReport['namespaces'][string] | undefined,
): { readonly hits: number; readonly misses: number } {
  if (!counted) return { hits: 0, misses: 0 }
  const { memoryHits, remoteHits, misses } = counted
  if (layer === 'remote') return { hits: remoteHits, misses }
  const keptOut = 'memory' in cacheNamespaces[namespace]
  return { hits: memoryHits, misses: keptOut ? 0 : misses + remoteHits }
}

function listen(
  registry: Registry,
  onRemote: (event: CacheEvent & { kind: 'remote' }) => void,
): Pick<CacheFigures, 'times' | 'close'> {
  const times = { memory: timesOf('hit'), remote: timesOf(...remoteOperations), source: timesOf('load') }
  const evicted = zeros(evictions.labels.reason)
  const stale = zeros(staleReads.labels.cache_key_prefix)
  let isOpen = false

  const count = (message: unknown) => {
    const event = message as CacheEvent
    if (event.kind === 'memory-hit') times.memory.get('hit')?.observe(event.durationMs / 1000)
    else if (event.kind === 'load') times.source.get('load')?.observe(event.durationMs / 1000)
    else if (event.kind === 'remote' && event.outcome !== 'refused') {
      const counted = times.remote.get(event.operation) ?? times.remote.get('other')
      counted?.observe(event.durationMs / 1000)
      onRemote(event)
    } else if (event.kind === 'eviction') add(evicted, event.reason, event.entries)
    else if (event.kind === 'stale-read')
      add(stale, event.namespace in cacheNamespaces ? event.namespace : 'other', 1)
    else if (event.kind === 'breaker') isOpen = event.open
  }
  expose(registry, latency, () =>
    Object.entries(times).flatMap(([cache_layer, byOperation]) =>
      [...byOperation].map(([operation, { counts, sum }]) => ({
        labels: { cache_layer, operation },
        counts,
        sum,
      })),
    ),
  )
  expose(registry, evictions, () => [...evicted].map(([reason, value]) => ({ labels: { reason }, value })))
  expose(registry, staleReads, () =>
    [...stale].map(([cache_key_prefix, value]) => ({ labels: { cache_key_prefix }, value })),
  )
  expose(registry, breaker, () => [{ value: isOpen ? 1 : 0 }])
  cacheChannel.subscribe(count)
  return {
    times: Object.entries(times).flatMap(([layer, byOperation]) =>
      [...byOperation].map(([operation, counted]) => ({ of: `${layer} ${operation}`, counted })),
    ),
    close: () => void cacheChannel.unsubscribe(count),
  }
}

function timesOf(...operations: readonly string[]): ReadonlyMap<string, BucketCounts> {
  return new Map(operations.map(operation => [operation, new BucketCounts(latency.bounds)]))
}

function zeros(names: readonly string[]): Map<string, number> {
  return new Map(names.map(name => [name, 0]))
}

/** What a later version of the cache says besides is not counted. */
function add(counts: Map<string, number>, name: string, more: number): void {
  const count = counts.get(name)
  if (count !== undefined) counts.set(name, count + more)
}
