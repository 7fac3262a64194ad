import type { OutboxChange } from '@voiceassist/cache/postgres'
import type { RagCache, SimilarJudge } from '@voiceassist/rag-cache'
import type { SearchFilters } from '../services/search-port.js'

/** The cache of embeddings and searches, and how it hears of the knowledge base's changes. */
export interface GatewayRag {
  readonly cache: RagCache<SearchFilters>
  /**
   * After a commit that changed a document: drops the searches that its chunks, as they are now, change. What fails here is
   * repeated by the relay of the outbox.
   * @param options.acknowledged resolves when no gateway can serve one of them any more
   */
  documentChanged(id: string, options: { readonly acknowledged: boolean }): Promise<void>
  /** The same for rows of the outbox. Rejects when they must come again. */
  apply(changes: readonly OutboxChange[]): Promise<void>
  /** Begins to refresh the searches that are asked for most; after all were dropped it begins by itself. */
  warm(): void
  /** The passages of another question were wrong for this one. */
  reject(reuse: Parameters<SimilarJudge['reject']>[0]): Promise<void>
  close(): Promise<void>
}
