import { createRedisTier } from './redis/create-redis-tier.js'
import type { RedisTierOptions } from './redis/redis-options.js'
import type { RemoteTier } from './remote/remote-tier.js'

export type {
  RedisAddress,
  RedisClientOptions,
  RedisClusterOptions,
  RedisConnectionOptions,
  RedisServerOptions,
  RedisTierLimits,
  RedisTierOptions,
} from './redis/redis-options.js'

/** Another number is another cache: it is part of every name. */
const partitions = 16

/**
 * A second tier on Redis 7 or Valkey 7.2 and newer: one server, the master behind Sentinels, or a cluster. Its
 * `maxmemory-policy` should be `noeviction` or `volatile-lru`; with `allkeys-*` an eviction can make a sixteenth of the
 * cache cold. Masters only: a replica would answer with what was invalidated.
 *
 * @throws CacheError CACHE_OPTION_INVALID.
 */
export function redisTier(options: RedisTierOptions): RemoteTier {
  return createRedisTier(options, partitions)
}
