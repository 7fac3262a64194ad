import type { RemoteTier } from '../remote/remote-tier.js'
import { ClusterTopology } from './cluster-topology.js'
import { type RedisTierOptions, readRedisOptions } from './redis-options.js'
import { RedisTier } from './redis-tier.js'
import { SingleTopology } from './single-topology.js'

/** `partitions`: 1, 2, 4, … 64; measurements alone choose. */
export function createRedisTier(options: RedisTierOptions, partitions: number): RemoteTier {
  const { server, maxConnections, healthCheckIdleMs } = readRedisOptions(options)
  const topology =
    server.kind === 'cluster'
      ? new ClusterTopology({ ...server, maxConnections }, partitions)
      : new SingleTopology(server, partitions)
  return new RedisTier(topology, partitions, healthCheckIdleMs)
}
