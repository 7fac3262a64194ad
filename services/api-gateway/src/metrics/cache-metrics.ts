import { type CacheEvent, cacheChannel } from '@voiceassist/cache'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { cacheNamespaces } from '../cache/cache-options.js'
import type { CacheReport } from '../services/cache.service.js'

const layers = ['memory', 'remote'] as const
const namespaces = Object.keys(cacheNamespaces)
/** Of events; what else a later version of the cache says is not counted. */
const evictionReasons = ['capacity', 'expired', 'void'] as const

/** Hits and misses are read from the cache when Prometheus asks; what else happened is told by its events. */
export function registerCacheMetrics(registry: Registry, report: () => CacheReport): () => void {
  const registers = [registry]
  for (const [name, what, countOf] of [
    ['cache_hits_total', 'answered', hitsOf],
    ['cache_misses_total', 'did not answer', missesOf],
  ] as const)
    new Counter({
      name,
      help: `Reads that a layer of the cache ${what}, by the part of their keys before its first colon`,
      labelNames: ['cache_layer', 'cache_key_prefix'],
      registers,
      collect() {
        this.reset()
        const found = report().namespaces
        for (const cache_layer of layers)
          for (const cache_key_prefix of namespaces)
            this.inc({ cache_layer, cache_key_prefix }, countOf(found[cache_key_prefix], cache_layer))
      },
    })
  new Gauge({
    name: 'cache_entries_total',
    help: 'Values that a layer of the cache holds; of the second one as it reported last',
    labelNames: ['cache_layer'],
    registers,
    collect() {
      for (const cache_layer of layers) this.set({ cache_layer }, report().tiers[cache_layer].entries)
    },
  })
  new Gauge({
    name: 'cache_outbox_lag_seconds',
    help: 'Age of the oldest change of the database that waits to be relayed to the cache',
    registers,
    collect() {
      this.set((report().relay?.lagMs ?? 0) / 1000)
    },
  })
  return listen(registers)
}

type Counted = CacheReport['namespaces'][string] | undefined
type Layer = (typeof layers)[number]

function hitsOf(counted: Counted, layer: Layer): number {
  return (layer === 'memory' ? counted?.memoryHits : counted?.remoteHits) ?? 0
}

function missesOf(counted: Counted, layer: Layer): number {
  return (counted?.misses ?? 0) + (layer === 'memory' ? (counted?.remoteHits ?? 0) : 0)
}

/** Counts events of every cache of the process until the returned function is called. */
function listen(registers: Registry[]): () => void {
  const latency = new Histogram({
    name: 'cache_latency_seconds',
    help: 'Time that a layer of the cache took: the second one for an operation, the source for a load',
    labelNames: ['cache_layer', 'operation'],
    buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
    registers,
  })
  latency.zero({ cache_layer: 'source', operation: 'load' })
  latency.zero({ cache_layer: 'remote', operation: 'get' })
  const evictions = new Counter({
    name: 'cache_evictions_total',
    help: 'Values that left memory: for want of room, by age, or since they were invalidated',
    labelNames: ['reason'],
    registers,
  })
  for (const reason of evictionReasons) evictions.inc({ reason }, 0)
  const stale = new Counter({
    name: 'cache_stale_reads_total',
    help: 'Hits, among those compared with the database, that had an old value',
    labelNames: ['cache_key_prefix'],
    registers,
  })
  for (const cache_key_prefix of [...namespaces, 'other']) stale.inc({ cache_key_prefix }, 0)
  const breaker = new Gauge({
    name: 'cache_breaker_open',
    help: '1: the second tier failed several times in a row and is not asked for a while',
    registers,
  })

  const count = (message: unknown) => {
    const event = message as CacheEvent
    if (event.kind === 'remote' && event.outcome !== 'refused')
      latency.observe({ cache_layer: 'remote', operation: event.operation }, event.durationMs / 1000)
    else if (event.kind === 'load')
      latency.observe({ cache_layer: 'source', operation: 'load' }, event.durationMs / 1000)
    else if (event.kind === 'eviction') evictions.inc({ reason: event.reason }, event.entries)
    else if (event.kind === 'stale-read')
      stale.inc({ cache_key_prefix: event.namespace in cacheNamespaces ? event.namespace : 'other' })
    else if (event.kind === 'breaker') breaker.set(event.open ? 1 : 0)
  }
  cacheChannel.subscribe(count)
  return () => cacheChannel.unsubscribe(count)
}
