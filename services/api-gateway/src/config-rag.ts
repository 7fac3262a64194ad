import type { RagCacheOptions } from '@voiceassist/rag-cache'

/** What the cache of embeddings and searches goes by. */
export interface RagConfig {
  readonly ttl: Required<NonNullable<RagCacheOptions['ttl']>>
  readonly precision: NonNullable<RagCacheOptions['precision']>
  /** Absent: one is generated into the data folder. */
  readonly tenantKey: string | undefined
}
