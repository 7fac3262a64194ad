import { type FeatureFlags, type FlagEvent, flagChannel } from '@voiceassist/feature-flags'
import type { Registry } from 'prom-client'
import { catalogue } from './catalogue.js'
import { expose } from './expose.js'

const { checks, hits, misses, reloads, stale } = catalogue.flags

/** Evaluations are read from the flags when Prometheus asks; loads are told by events, until the returned function is called. */
export function exposeFlags(registry: Registry, flags: FeatureFlags): () => void {
  expose(registry, checks, () =>
    [...flags.counts()].flatMap(([flag_name, counted]) =>
      checks.labels.result.map(result => ({ labels: { flag_name, result }, value: counted[result] })),
    ),
  )
  for (const [metric, field] of [
    [hits, 'hits'],
    [misses, 'misses'],
  ] as const)
    expose(registry, metric, () => {
      const { l1Cache, l2Cache } = flags.getCacheStats()
      return [
        { labels: { cache_layer: 'l1' }, value: l1Cache[field] },
        { labels: { cache_layer: 'l2' }, value: l2Cache[field] },
      ]
    })
  const counted = { l2: 0, l3: 0, none: 0 }
  expose(registry, reloads, () =>
    reloads.labels.tier.map(tier => ({ labels: { tier }, value: counted[tier] })),
  )
  expose(registry, stale, () => [{ value: flags.status === 'ready' ? 0 : 1 }])

  const count = (message: unknown) => {
    const event = message as FlagEvent
    if (event.kind === 'reload' && event.environment === flags.environment) counted[event.tier]++
  }
  flagChannel.subscribe(count)
  return () => flagChannel.unsubscribe(count)
}
