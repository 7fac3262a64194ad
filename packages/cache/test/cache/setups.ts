import { afterEach } from 'vitest'
import { createCacheIn } from '#src/create-cache'
import type { Cache, CacheOptions } from '#src/index'
import { Cluster, seeded } from '../cluster.js'

export type Setup = 'memory alone' | 'two tiers'
export const setups: readonly Setup[] = ['memory alone', 'two tiers']

const opened: Cluster[] = []
afterEach(async () => {
  for (const cluster of opened.splice(0)) await cluster.close()
})

/** A cluster that is closed after the test. */
export function aCluster(partitions?: number): Cluster {
  const cluster = new Cluster(partitions)
  opened.push(cluster)
  return cluster
}

/** One cache, of either setup, on a clock that stands still. */
export async function aCache(
  setup: Setup,
  options: CacheOptions = {},
): Promise<{ cluster: Cluster; cache: Cache }> {
  const cluster = aCluster()
  if (setup === 'two tiers') return { cluster, cache: await cluster.open('a', options) }
  const cache = createCacheIn(options, { clock: cluster.clock, random: seeded(7), instance: 'alone' })
  cluster.caches.set('alone', cache)
  return { cluster, cache }
}

export const failing = (): Promise<never> => Promise.reject(new Error('the source is down'))
