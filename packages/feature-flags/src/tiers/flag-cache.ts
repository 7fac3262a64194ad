interface Kept {
  /** Seconds. */
  readonly ttl: number
  readonly memory: false
}

/** The second tier: what is asked of a cache; a `Cache` of `@voiceassist/cache` is one. */
export interface FlagCache {
  /** What `load` read before an invalidation is not kept after it. While the tier is away, `load` answers. */
  getOrSet<Value>(key: string, load: () => Promise<Value>, options: Kept): Promise<Value>
  /** `stored`: false where an invalidation came first, or the tier is away. */
  set(key: string, value: unknown, options: Kept): Promise<{ readonly stored: boolean }>
  mget<Value>(keys: readonly string[], options: { readonly memory: false }): Promise<Map<string, Value>>
  delete(key: string): Promise<unknown>
  /** Calls `listener` at once whenever a value kept under `key` may no longer be believed, until the result is called. */
  onInvalidated(key: string, listener: () => void): () => void
  /** Who shares it now, and how long ago each was heard of. */
  instances(): Promise<readonly { readonly id: string; readonly self: boolean; readonly lagMs: number }[]>
}

/** Where an environment's snapshot is kept in the second tier: whoever changes a flag by other ways invalidates it. */
export function snapshotKey(environment: string): string {
  return `feature_flags:${environment}`
}
