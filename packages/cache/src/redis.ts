import { CacheError } from './cache-error.js'
import { ClusterTopology } from './redis/cluster-topology.js'
import { type RedisTierOptions, readRedisOptions } from './redis/redis-options.js'
import { RedisTier } from './redis/redis-tier.js'
import { SingleTopology } from './redis/single-topology.js'
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
const defaultPartitions = 16

/**
 * A second tier on Redis 7 or Valkey 7.2 and newer: one server, the master behind Sentinels, or a cluster. Its
 * `maxmemory-policy` should be `noeviction` or `volatile-lru`; with `allkeys-*` an eviction can make a sixteenth of the
 * cache cold. Masters only: a replica would answer with what was invalidated.
 *
 * @param partitions for measurements: 1, 2, 4, … 64.
 * @throws CacheError CACHE_OPTION_INVALID.
 */
export function redisTier(options: RedisTierOptions, partitions = defaultPartitions): RemoteTier {
  if (!Number.isInteger(Math.log2(partitions)) || partitions < 1 || partitions > 64)
    throw new CacheError('CACHE_OPTION_INVALID', `partitions is ${partitions}, not a power of two up to 64`)
  const { server, maxConnections, healthCheckIdleMs } = readRedisOptions(options)
  const topology =
    server.kind === 'cluster'
      ? new ClusterTopology({ ...server, maxConnections }, partitions)
      : new SingleTopology(server, partitions)
  return new RedisTier(topology, partitions, healthCheckIdleMs)
}
