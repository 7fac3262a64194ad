import type { Cache } from '@voiceassist/cache'
import type { RelayStats } from '@voiceassist/cache/postgres'
import type { GatewayRag } from '../rag/gateway-rag.js'

/** The cache as the gateway's parts see it. */
export interface GatewayCache {
  readonly cache: Cache
  /** Of embeddings and searches; undefined: nothing is cached. */
  readonly rag: GatewayRag | undefined
  /** Where the second tier is; 'none': reads go to the database. */
  readonly kind: 'redis' | 'lmdb' | 'none'
  /** For people: which second tier, and where; no password. */
  readonly description: string
  /** False until all that changed before the start is invalidated: a tier that outlived the last process is not read before. */
  readonly usable: boolean
  /** Whether a change that is a second old can no longer be missing in what the second tier answers. */
  isCurrent(): boolean
  /** Undefined: no changes are relayed, since nothing is cached. */
  relayStats(): RelayStats | undefined
  /** Rejects when the second tier does not answer. */
  check(): Promise<void>
  /** Ends the relay first, then tells the other instances. */
  close(): Promise<void>
}

/** What is kept of `load`'s result, once that may be. */
export function cachedRead<Value>(
  { cache, usable }: GatewayCache,
  key: string,
  load: () => Promise<Value>,
  tags?: readonly string[],
): Promise<Value> {
  return usable ? cache.getOrSet(key, load, tags ? { tags } : {}) : load()
}
