import type { Clock } from '@voiceassist/kernel'
import type { ValueCodec } from './codec/value-codec.js'
import type { MemoryTier } from './memory/memory-tier.js'
import type { KeyHits } from './mirror/key-hits.js'
import type { Partition } from './mirror/partition.js'
import type { Sync } from './mirror/sync.js'
import type { ChangeRates } from './policy/change-rate.js'
import type { EntryPolicy } from './policy/entry-policy.js'
import type { Policies } from './policy/policies.js'
import type { Deadlines } from './remote/deadlines.js'
import type { RemoteGuard } from './remote/remote-guard.js'
import type { RemoteTier } from './remote/remote-tier.js'

/** The second tier, with what watches over it. */
export interface Shared {
  readonly tier: RemoteTier
  readonly guard: RemoteGuard
  readonly sync: Sync
  /** When leases of this instance are to be renewed. */
  readonly renewals: Deadlines
}

/** What the operations of one cache work with. */
export interface Core {
  readonly clock: Clock
  /** 0 or above, below 1. */
  readonly random: () => number
  readonly memory: MemoryTier
  readonly codec: ValueCodec
  readonly policies: Policies
  readonly rates: ChangeRates
  readonly keyHits: KeyHits
  /** Null: memory alone. */
  readonly shared: Shared | null
  readonly partitions: readonly Partition[]
  readonly instance: string
  /** Aborted when the cache closes: whatever still waits gives up. */
  readonly closed: AbortSignal
  /** @throws CacheError CACHE_CLOSED. */
  throwIfClosed(): void
  /** Names one copy of a value, or one lease; never twice. */
  nextToken(): string
  partitionFor(key: string): Partition
  /** Resolves when the second tier has answered for the first time, or will not soon. */
  arrival(partition: Partition): Promise<void> | undefined
  /** Whether the partition is believed: if not, that is waited for until the deadline of one call. */
  belief(partition: Partition): Promise<boolean>
  /** Whether values of this policy go to the second tier at all. */
  sharedFor(policy: EntryPolicy): Shared | null
}
