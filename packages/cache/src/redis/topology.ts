import type { Redis } from 'ioredis'
import type { RedisLink } from './redis-link.js'

/** Which connection serves which partition. */
export interface Topology {
  /** Partitions are in slots: a step reaches one of them. Else one step may reach all. */
  readonly clustered: boolean
  open(listener: TopologyListener): void
  close(): void
  /** @throws CacheError CACHE_REMOTE_UNAVAILABLE while nobody serves it. */
  link(partition: number): RedisLink
  /** The masters that serve partitions. */
  links(): readonly RedisLink[]
  /** A new client for subscriptions, not connected yet, that never reconnects by itself. */
  subscriber(): Redis
  /** Throws while slots of partitions are on the move. */
  assertSettled(): Promise<void>
}

export interface TopologyListener {
  connectionLost(partitions: readonly number[]): void
  connected(partitions: readonly number[]): void
}
