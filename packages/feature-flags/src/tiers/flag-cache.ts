/** What a load may say of itself. */
interface LoadContext {
  skip(): void
}

/** The second tier: what is asked of a cache; a `Cache` of `@voiceassist/cache` is one. */
export interface FlagCache {
  getOrSet<Value>(
    key: string,
    load: (context: LoadContext) => Promise<Value>,
    options: { readonly ttl: number; readonly memory: false },
  ): Promise<Value>
  set(
    key: string,
    value: unknown,
    options: { readonly ttl: number; readonly memory: false },
  ): Promise<unknown>
  mget<Value>(keys: readonly string[], options: { readonly memory: false }): Promise<Map<string, Value>>
  delete(key: string): Promise<unknown>
  /** Calls `listener` at once whenever a value kept under `key` may no longer be believed, until the result is called. */
  onInvalidated(key: string, listener: () => void): () => void
  /** Who shares it now. */
  instances(): Promise<readonly { readonly id: string; readonly self: boolean }[]>
}
