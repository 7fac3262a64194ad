import type { cacheNamespaces } from '@voiceassist/api-gateway/cache/cache-options'
import { type Cache, type CacheOptions, createCache } from '@voiceassist/cache'

/** Which tiers of the cache a gateway has: L1 is its memory, L2 the Redis that gateways share. */
export const cacheStrategies = ['none', 'L1 only', 'L2 only', 'both'] as const
export type CacheStrategy = (typeof cacheStrategies)[number]

/** What changes of documents are judged by for every cached search: it stays in memory. */
const alwaysInMemory = 'rag_corpus' satisfies keyof typeof cacheNamespaces

/**
 * A gateway's cache with one tier left out, which no setting of the gateway does. 'L1 only' is for one gateway: others would
 * not hear of its changes. Accounts and logins are in no gateway's memory, and with 'L1 only' not cached at all.
 */
export function cacheOf(strategy: CacheStrategy): (options: CacheOptions) => Cache {
  return options => {
    if (strategy === 'L1 only') return createCache({ ...options, remote: undefined } as CacheOptions)
    if (strategy !== 'L2 only') return createCache(options)
    const namespaces = Object.entries(options.namespaces ?? {}).map(([name, entry]) => [
      name,
      name === alwaysInMemory ? entry : { ...entry, memory: false },
    ])
    return createCache({ ...options, namespaces: Object.fromEntries(namespaces) })
  }
}
