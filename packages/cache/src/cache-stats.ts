export interface TierStats {
  readonly hits: number
  readonly misses: number
  /** 0 to 1; 0 when nothing was asked. */
  readonly hitRate: number
  /** Of the second tier: what it reported last, of all that it holds. */
  readonly entries: number
  readonly bytes: number
  readonly evictions: number
}

export interface NamespaceStats {
  /** Of both tiers. */
  readonly hits: number
  readonly memoryHits: number
  readonly remoteHits: number
  readonly misses: number
  readonly hitRate: number
  readonly loads: number
  readonly loadErrors: number
  readonly entries: number
}

export interface CacheStats {
  readonly tiers: { readonly memory: TierStats; readonly remote: TierStats }
  readonly namespaces: Readonly<Record<string, NamespaceStats>>
}
