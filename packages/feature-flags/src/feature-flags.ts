import type { CompiledSnapshot } from './evaluate/compiled-snapshot.js'
import type { EvaluationContext, EvaluationDetails } from './evaluate/evaluation.js'
import type { FlagSnapshot, FlagValue } from './flag/flag-definition.js'
import type { FlagCache } from './tiers/flag-cache.js'
import type { FlagStore } from './tiers/flag-store.js'

export interface FeatureFlagsOptions {
  /** The second tier; absent: memory and the store alone. */
  readonly cache?: FlagCache
  readonly store: FlagStore
  readonly environment: string
  /** How long the snapshot in memory counts as a hit, '60s' or seconds. Changes reach it sooner. @default '60s' */
  readonly l1Ttl?: string | number
  /** How long the second tier keeps a snapshot. @default '300s' */
  readonly l2Ttl?: string | number
  /** Served at a cold start while no tier answers, with reason STALE. */
  readonly bootstrap?: FlagSnapshot
}

export interface TierStats {
  readonly hits: number
  readonly misses: number
  /** 0 to 100; 0 before the first look-up. */
  readonly hitRate: number
  readonly ttlSeconds: number
}

export interface FlagCacheStats {
  /** `size`: flags in memory. */
  readonly l1Cache: TierStats & { readonly size: number }
  readonly l2Cache: TierStats
  /** Of all look-ups, 0 to 100: those that did not need the store. */
  readonly overall: { readonly cacheHitRate: number }
}

/** 'stale': known values are served, and the source has not confirmed them for two seconds. */
export type FlagsStatus = 'not-ready' | 'ready' | 'stale' | 'closed'

export type FlagsEvent =
  | { readonly kind: 'ready' | 'stale' }
  | { readonly kind: 'changed'; readonly revision: number; readonly flagsChanged: readonly string[] }

/** Flags of one environment: evaluated in this process's memory, shared through a cache, kept in a store. */
export interface FeatureFlags extends AsyncDisposable {
  readonly environment: string
  /** Brings the snapshot into memory, and keeps it current; resolves when it is there, or after 5 seconds in vain. */
  warmCache(): Promise<void>
  /**
   * Memory, then the second tier, then the store. Of a change that was heard of or acknowledged it waits for the new value:
   * at most a second, and not at all while the tiers are known to be away; then what is known answers. A flag that is
   * not boolean is enabled where it serves anything but `off`.
   * @param defaultValue where the flag is unknown, and no tier answers. @default false
   */
  isEnabled(name: string, context?: EvaluationContext, defaultValue?: boolean): Promise<boolean>
  /** From memory, without waiting; never throws. The default is served with reason ERROR before a first snapshot is there. */
  evaluate<Value extends FlagValue>(
    name: string,
    defaultValue: Value,
    context?: EvaluationContext,
  ): EvaluationDetails<Value>
  /** What is in memory; undefined before the first call that loads it, and without a bootstrap. */
  snapshot(): CompiledSnapshot | undefined
  readonly status: FlagsStatus
  /** Asks the store for its revision now, and loads what is newer. @throws FlagError FLAG_STORE_UNAVAILABLE. */
  refresh(): Promise<void>
  /**
   * Resolves when every live instance that shares the cache serves `revision` or a later one; one that has not been heard
   * of for three seconds serves nothing without the reason STALE, and is not waited for. Without a cache: this one alone.
   * @param options timeoutMs: at most 60000. @default 5000
   * @throws FlagError FLAG_NOT_ACKNOWLEDGED after `timeoutMs`.
   */
  acknowledged(revision: number, options?: { readonly timeoutMs?: number }): Promise<void>
  /** Since the start, by flag: how often it was evaluated to what `result` says. */
  counts(): ReadonlyMap<string, { readonly on: number; readonly off: number; readonly error: number }>
  getCacheStats(): FlagCacheStats
  subscribe(listener: (event: FlagsEvent) => void): () => void
  close(): Promise<void>
}
