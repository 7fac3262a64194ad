import type { EntryOptions } from './cache.js'
import type { RemoteTier } from './remote/remote-tier.js'

export interface CacheOptions {
  readonly memory?: {
    /** @default 10000 */
    readonly maxEntries?: number
    /** Estimated bytes of keys and values. @default 64 MiB */
    readonly maxBytes?: number
  }
  /** The tier that instances share: `redisTier(…)` or `lmdbTier(…)`. Absent: this process's memory alone. */
  readonly remote?: RemoteTier
  /** Defaults by namespace, the part of a key before its first colon. */
  readonly namespaces?: Readonly<Record<string, EntryOptions>>
  /** Defaults of every namespace. @default { ttl: '5m' } */
  readonly defaults?: EntryOptions
  /** AES-256-GCM of `sensitive` namespaces in the second tier; the first key encrypts, every key decrypts. */
  readonly encryption?: readonly EncryptionKey[]
  /** Keeps applications on one Redis apart. @default 'va' */
  readonly prefix?: string
  /** Of this instance, for `instances()`. @default host name and process id */
  readonly name?: string
  /** Longest wait for one answer of the second tier. @default 100 */
  readonly remoteTimeoutMs?: number
  /** Share of hits, 0 to 1, that are compared with the source in the background. @default 0 */
  readonly verifyHits?: number
}

export interface EncryptionKey {
  /** 1 to 16 letters, digits, - or _; stored with each value. */
  readonly id: string
  /** 32 bytes. */
  readonly key: Uint8Array
}
