import type { Cache, CacheOptions } from '@voiceassist/cache'
import type { RedisTierOptions, redisTier } from '@voiceassist/cache/redis'
import type { Clock } from '@voiceassist/kernel'

const compiled = (file: string): Promise<unknown> =>
  import(new URL(`../../../packages/cache/dist/${file}`, import.meta.url).href)

/** `redisTier` with another number of partitions than the one that was chosen by this very bench. */
export async function partitionedTier(): Promise<
  (options: RedisTierOptions, partitions: number) => ReturnType<typeof redisTier>
> {
  const module = (await compiled('redis/create-redis-tier.js')) as {
    createRedisTier(options: RedisTierOptions, partitions: number): ReturnType<typeof redisTier>
  }
  return module.createRedisTier
}

/** `createCache` by a clock that the bench moves. */
export async function cacheAtTime(options: CacheOptions, clock: Clock, random: () => number): Promise<Cache> {
  const module = (await compiled('create-cache.js')) as {
    createCacheIn(options: CacheOptions, surroundings: object): Cache
  }
  return module.createCacheIn(options, { clock, random, instance: 'bench' })
}
