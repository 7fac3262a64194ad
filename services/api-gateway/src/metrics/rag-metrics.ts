import { cacheTypes, type RagEvent, ragCacheChannel } from '@voiceassist/rag-cache'
import type { Registry } from 'prom-client'
import { BucketCounts } from './bucket-counts.js'
import type { CacheFigures } from './cache-metrics.js'
import { catalogue } from './catalogue.js'
import { expose } from './expose.js'

const { hits, misses, invalidations, outdated, reuses, saved } = catalogue.rag

/** Counts what the RAG caches of the process tell, until it is closed. */
export function exposeRag(registry: Registry): Pick<CacheFigures, 'reads' | 'close'> {
  const byType = Object.fromEntries(cacheTypes.map(type => [type, { hits: 0, misses: 0 }]))
  const invalidated = { document: 0, all: 0 }
  const savedTimes = new BucketCounts(saved.bounds)
  const reused = { served: 0, rejected: 0 }
  let dropped = 0

  const count = (message: unknown) => {
    const event = message as RagEvent
    if (event.kind === 'hit') {
      byType[event.type]!.hits++
      if (event.type === 'search_results') savedTimes.observe(Math.max(0, event.savedMs) / 1000)
    } else if (event.kind === 'miss') byType[event.type]!.misses++
    else if (event.kind === 'invalidation') invalidated[event.by]++
    else if (event.kind === 'reuse') reused[event.outcome]++
    else if (event.kind === 'outdated') dropped++
  }
  for (const [metric, field] of [
    [hits, 'hits'],
    [misses, 'misses'],
  ] as const)
    expose(registry, metric, () =>
      cacheTypes.map(cache_type => ({ labels: { cache_type }, value: byType[cache_type]![field] })),
    )
  expose(registry, invalidations, () =>
    invalidations.labels.invalidation_type.map(invalidation_type => ({
      labels: { invalidation_type },
      value: invalidated[invalidation_type],
    })),
  )
  expose(registry, reuses, () =>
    reuses.labels.outcome.map(outcome => ({ labels: { outcome }, value: reused[outcome] })),
  )
  expose(registry, outdated, () => [{ value: dropped }])
  expose(registry, saved, () => [{ counts: savedTimes.counts, sum: savedTimes.sum }])
  ragCacheChannel.subscribe(count)
  return {
    reads: () => cacheTypes.map(type => ({ of: `rag ${type}`, ...byType[type]! })),
    close: () => void ragCacheChannel.unsubscribe(count),
  }
}
