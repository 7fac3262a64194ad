import type { CacheStats } from './cache-stats.js'

/** Seconds as a number, or a number and a unit: '30s', '5m', '2h'. Above 0; a number above 30 days is refused. */
export type Ttl = number | string

/** What a value's lifetime, tiers and dangers are; per call, or as the defaults of a namespace. */
export interface EntryOptions {
  /** How long the value is served, counted from the start of the load; 'adaptive' is chosen between bounds. */
  readonly ttl?: Ttl
  /** Bounds of `ttl: 'adaptive'`. */
  readonly adaptive?: { readonly min: Ttl; readonly max: Ttl }
  /** Share of the TTL, 0 to 1, by at most which a lifetime is shortened at random. */
  readonly jitter?: number
  /** Past its expiry a value is served for this long when its loader fails; an invalidation outranks it. */
  readonly staleIfError?: Ttl
  /** A loader that takes longer is answered by a value that `staleIfError` still allows; it goes on. */
  readonly softTimeoutMs?: number
  /** A loader that takes longer is aborted and fails with CACHE_LOADER_TIMEOUT. */
  readonly hardTimeoutMs?: number
  /** Share of the TTL, 0 to 1, after which a hit starts a load in the background; 'xfetch' draws it by chance. */
  readonly refreshAhead?: number | 'xfetch'
  /** TTL of `null`, and of keys that `loadMany` did not find, which are then remembered as `null`. */
  readonly negativeTtl?: Ttl
  /** Values above 4 KiB are compressed in the second tier unless this is false. */
  readonly compress?: boolean
  /** Encrypted in the second tier; without `encryption` in the cache's options it is kept out of it. */
  readonly sensitive?: boolean
  /** What keeps callers from changing a cached value; 'none' trusts them. @default 'freeze' */
  readonly copy?: 'freeze' | 'clone' | 'none'
  /** False: not kept in this process. */
  readonly memory?: boolean
  /** False: not kept in the second tier. */
  readonly remote?: boolean
  /** What `invalidateTags` reaches it by, at most 128; those of a call stand for those of its namespace. */
  readonly tags?: readonly string[]
}

export interface ReadOptions {
  readonly memory?: boolean
  readonly remote?: boolean
  /** Ends the wait for the second tier: CACHE_ABORTED. */
  readonly signal?: AbortSignal
}

export interface LoadOptions extends EntryOptions {
  /** Ends the wait of this caller; the load goes on for others. */
  readonly signal?: AbortSignal
}

export interface SetOptions extends EntryOptions {
  /** An integer: the value is taken only over a lower one. */
  readonly version?: number
  /** As for `delete`: the old value is nowhere served any more when this resolves. */
  readonly acknowledged?: boolean
}

export interface InvalidateOptions {
  /** Resolves when no live instance can serve the old value any more; rejects when that cannot be had. */
  readonly acknowledged?: boolean
}

export interface InvalidateResult {
  /** Nothing of it is served from this process's memory any more. */
  readonly memory: true
  /** 'none': there is no second tier. 'journaled': it is sent when the second tier answers again. */
  readonly remote: 'done' | 'journaled' | 'none'
  readonly acknowledged: boolean
}

export interface SetResult extends InvalidateResult {
  /** False: an invalidation or a higher version came first, and the value was not kept. */
  readonly stored: boolean
}

/** What a loader is told, and may say of its result. */
export interface LoadContext<Value> {
  /** Aborted when the load is given up: a time-out, or `close`. */
  readonly signal: AbortSignal
  /** The expired value, when there is one that no invalidation reached. */
  readonly stale: Value | undefined
  setTtl(ttl: Ttl): void
  setTags(tags: readonly string[]): void
  /** The result is returned and not kept. */
  skip(): void
}

export type Loader<Value> = (context: LoadContext<Value>) => Promise<Value> | Value

/** What `loadMany` returns: by key, or one for each asked key in their order; what is absent was not found. */
export type LoadedMany<Value> =
  | ReadonlyMap<string, Value>
  | Readonly<Record<string, Value>>
  | readonly (Value | undefined)[]

export type ManyLoader<Value> = (
  missing: string[],
  context: LoadContext<Value>,
) => Promise<LoadedMany<Value>> | LoadedMany<Value>

export type Entries<Value> =
  | Readonly<Record<string, Value>>
  | ReadonlyMap<string, Value>
  | Iterable<readonly [string, Value]>

export interface WarmOptions {
  /** The most keys that are brought. @default 1000 */
  readonly maxKeys?: number
  /** No new batch starts after this. @default 10000 */
  readonly budgetMs?: number
  /** By namespace; keys of others come from the second tier alone. */
  readonly loaders?: Readonly<Record<string, ManyLoader<unknown>>>
}

export interface WarmResult {
  /** Keys that were wanted and not in memory, up to `maxKeys`. */
  readonly wanted: number
  /** Of those, found or loaded. */
  readonly warmed: number
  /** Of those, in batches that failed. */
  readonly failed: number
  /** Of those, not tried: the time was over. */
  readonly left: number
}

export interface TierEntry {
  readonly expiresInMs: number
  readonly bytes: number
  readonly tags: readonly string[]
}

export interface KeyState {
  readonly key: string
  readonly namespace: string
  readonly sensitive: boolean
  /** What a read would be answered with; absent where the tier has nothing that is good. */
  readonly memory?: TierEntry
  readonly remote?: TierEntry
}

export interface CacheInstance {
  readonly id: string
  /** As given to `createCache`. */
  readonly name: string
  readonly self: boolean
  /** Since its last heartbeat; one is sent every 500 ms. */
  readonly lagMs: number
}

/**
 * Values by key in two tiers: this process's memory, and one that instances share. A key is `namespace:rest`; one
 * without a colon is of the namespace 'default'. See docs/cache.md for what is promised.
 */
export interface Cache extends AsyncDisposable {
  /** Undefined on a miss; `null`, 0, '' and false are values. */
  get<Value = unknown>(key: string, options?: ReadOptions): Promise<Value | undefined>
  /** A loader's `undefined` is returned and not kept. */
  getOrSet<Value>(key: string, loader: Loader<Value>, options?: LoadOptions): Promise<Value>
  mget<Value = unknown>(keys: readonly string[], options?: ReadOptions): Promise<Map<string, Value>>
  /** The loader is called with the keys that this instance has to load, so at times with fewer than are missing. */
  getOrSetMany<Value>(
    keys: readonly string[],
    loadMany: ManyLoader<Value>,
    options?: LoadOptions,
  ): Promise<Map<string, Value>>
  set<Value>(key: string, value: Value, options?: SetOptions): Promise<SetResult>
  /** `stored`: all of them were. */
  mset<Value>(entries: Entries<Value>, options?: SetOptions): Promise<SetResult>
  delete(key: string | readonly string[], options?: InvalidateOptions): Promise<InvalidateResult>
  /** `*` stands for any characters, `?` for one, `\` takes the next as it is; matched against the whole key. */
  deletePattern(pattern: string, options?: InvalidateOptions): Promise<InvalidateResult>
  invalidateTags(tags: readonly string[], options?: InvalidateOptions): Promise<InvalidateResult>
  /** All of a namespace, or of several. */
  clear(namespace: string | readonly string[], options?: InvalidateOptions): Promise<InvalidateResult>
  /** Brings what was asked for most, by the cache's own fading record, back into memory: after a start, or a clear. */
  warm(options?: WarmOptions): Promise<WarmResult>
  /**
   * Calls `listener` whenever what is kept under `key` may no longer be believed: an invalidation reaches it, it is set,
   * or messages may have been missed; here, or by another instance. It is called before the invalidation is confirmed, and
   * at times without need: tags that the value may not have reach it too. What it throws becomes a warning of the process.
   * @returns ends it
   * @throws CacheError CACHE_OPTION_INVALID over 1,000 listeners of one partition.
   */
  onInvalidated(key: string, listener: () => void): () => void
  stats(): CacheStats
  /** Where a key stands, without a hit being counted and without its value. */
  inspect(key: string): Promise<KeyState>
  /** Who shares the second tier, this instance included; empty without one. */
  instances(): Promise<readonly CacheInstance[]>
  /** Ends what is under way, tells the other instances, and closes what the cache opened. */
  close(): Promise<void>
}
