import type { Cache, InvalidateResult } from '@voiceassist/cache'
import type { ChunkFacts, CorpusChange } from './corpus/corpus-change.js'
import type { SearchScore } from './search/search-score.js'
import type { SimilarQuestions } from './search/similar-questions.js'

export type Filters = object

/** What makes two searches the same; `query` is compared in its normal form. */
export interface SearchRequest<F extends Filters = Filters> {
  readonly query: string
  /** 1 to 50. */
  readonly topK: number
  /** 0 to 1. */
  readonly scoreThreshold: number
  /** What `matches` reads. JSON; the order of properties does not matter, that of lists does. */
  readonly filters?: F
  /** Whose search it is: results, vectors and keys of two tenants never meet. @default '' */
  readonly tenant?: string
  /** Whether the result of a similar question will do, where `similar` is given. @default true */
  readonly reuse?: boolean
}

export interface SearchHit {
  readonly chunkId: string
  readonly documentId: string
  /** By `score`, 0 to 1. */
  readonly score: number
}

/** What a search is made from. */
export interface SearchInput {
  /** The query's normal form; undefined when a cached search is refreshed, of which no text is kept. */
  readonly text: string | undefined
  readonly embedding: Float32Array
  /** What `score.features` made of the text. */
  readonly features: unknown
  readonly signal: AbortSignal
}

/** Best first, of plain data; what is not of the k best, or below the threshold, is left out. */
export type SearchLoader<Hit extends SearchHit> = (input: SearchInput) => Promise<readonly Hit[]>

export interface FoundSearch<Hit extends SearchHit> {
  readonly hits: readonly Hit[]
  /** 'similar': the result of another question that means the same. */
  readonly from: 'search' | 'cache' | 'similar'
  /** What was saved against the search that filled the entry, below 0 where the hit took longer; absent for 'search'. */
  readonly savedMs?: number
  /** Milliseconds of this call that went into the question's vector; 0 where it waited for none. */
  readonly embeddingMs: number
  /** Of a 'similar' one: whose result it is, as `similar.choose` named it. */
  readonly reuse?: { readonly id: string; readonly similarity: number }
}

export interface RagCacheOptions<F extends Filters = Filters> {
  readonly cache: Cache
  /** Of texts in their normal form; one for each, in their order. */
  readonly embed: (texts: readonly string[], signal?: AbortSignal) => Promise<readonly Float32Array[]>
  /** Whether a chunk passes the filters: the same as search's own. @default every chunk passes, so more is dropped */
  readonly matches?: (filters: F, chunk: ChunkFacts) => boolean
  /** A secret of the tenant, at least 32 bytes: keys of what people typed are HMACs by it. */
  readonly tenantKey: (tenant: string) => Uint8Array
  readonly model: { readonly name: string; readonly dimensions: number }
  /** Another version is another cache: of what decides results beside the documents, such as how they are cut. */
  readonly index: { readonly version: string }
  /** The function of query and chunk that search ranks by. @default the cosine, not below 0 */
  readonly score?: SearchScore
  /** Lets a question be answered by the result of another one that means the same. @default none is */
  readonly similar?: SimilarQuestions
  /** @default { embedding: '24h', search: '1h', document: '2h' } */
  readonly ttl?: { readonly embedding?: string; readonly search?: string; readonly document?: string }
  /** How a vector lies in the second tier. @default 'float32' */
  readonly precision?: 'float32' | 'float16' | 'int8'
  /** The chunks of a document as they are now, for `invalidateDocument`. */
  readonly loadChunks?: (documentId: string) => Promise<CorpusChange['inserted']>
}

/** Searches again what was asked for: by `input.embedding` and `input.features`, since no text of it is kept. */
export type WarmLoader<F extends Filters, Hit extends SearchHit> = (
  request: Omit<SearchRequest<F>, 'query'>,
  input: SearchInput & { readonly text: undefined },
) => Promise<readonly Hit[]>

export interface WarmSearchesOptions<F extends Filters, Hit extends SearchHit> {
  readonly load: WarmLoader<F, Hit>
  /** When this is over no search begins, and one under way is not waited for. At most 300000. @default 30000 */
  readonly budgetMs?: number
  /** At most 1000. @default 100 */
  readonly maxQueries?: number
  /** Ends it as the end of the budget does. */
  readonly signal?: AbortSignal
}

export interface WarmedSearches {
  /** The most asked, up to `maxQueries`; what is in none of the others was still right, or brought by another instance. */
  readonly wanted: number
  /** Of those, searched here. */
  readonly refreshed: number
  /** Of those, whose search failed, or could not be kept. */
  readonly failed: number
  /** Of those, not done when it ended. */
  readonly left: number
}

export const cacheTypes = ['query_embedding', 'search_results', 'document_meta'] as const
export type CacheType = (typeof cacheTypes)[number]

export interface RagTypeStats {
  readonly hits: number
  readonly misses: number
  /** 0 to 100; 0 before the first look-up. */
  readonly hitRate: number
  /** In this process's memory. */
  readonly entries: number
  /** Of these, about: by the mean of those that this instance loaded. */
  readonly bytes: number
  /** What hits saved against what their misses had cost. */
  readonly secondsSaved: number
}

export interface ChangeResult {
  /** Of the cached searches that this instance knows; others are judged when they are asked for. */
  readonly dropped: number
  readonly kept: number
  /** True: the change could not be judged or written down, and everything was dropped. */
  readonly all: boolean
  /** 'journaled': the second tier does not answer; other instances hear of it when it does. */
  readonly remote: InvalidateResult['remote']
}

export interface RagCache<F extends Filters = Filters> extends AsyncDisposable {
  /** The vector of the normal form of `text`; each caller gets a copy. */
  embedding(
    text: string,
    options?: { readonly tenant?: string; readonly signal?: AbortSignal },
  ): Promise<Float32Array>
  search<Hit extends SearchHit>(request: SearchRequest<F>, load: SearchLoader<Hit>): Promise<readonly Hit[]>
  /** `search`, and where the result came from. */
  find<Hit extends SearchHit>(
    request: SearchRequest<F>,
    load: SearchLoader<Hit>,
    signal?: AbortSignal,
  ): Promise<FoundSearch<Hit>>
  documentMetadata<Value>(id: string, load: () => Promise<Value>): Promise<Value>
  /**
   * Drops every cached search, of all instances, that the change can change, and no other. To be called once the
   * change is committed; when it has returned, this instance serves no result that the change contradicts.
   * @param options.acknowledged resolves when no live instance can serve one of them any more
   */
  documentChanged(change: CorpusChange, options?: { readonly acknowledged?: boolean }): Promise<ChangeResult>
  /** Drops the searches that show the document, and those that its chunks as they are now would change. */
  invalidateDocument(id: string, options?: { readonly acknowledged?: boolean }): Promise<ChangeResult>
  /** Drops all searches, as when the corpus is cut or embedded anew. */
  clearSearches(options?: { readonly acknowledged?: boolean }): Promise<ChangeResult>
  /** Searches what is asked for most, and is not cached or no longer right: after a start, or when all was dropped. */
  warm<Hit extends SearchHit>(options: WarmSearchesOptions<F, Hit>): Promise<WarmedSearches>
  getCacheStats(): Readonly<Record<CacheType, RagTypeStats>>

  /** Opaque, and another one each time: remembered for a minute with the moment of the call, which is before the search. */
  generateSearchKey(query: string, options: Omit<SearchRequest<F>, 'query'>): string
  getSearchResults<Hit extends SearchHit>(key: string): Promise<readonly Hit[] | undefined>
  /** @throws RagError RAG_KEY_UNKNOWN for a key that is not remembered. */
  setSearchResults(key: string, hits: readonly SearchHit[]): Promise<void>
  generateEmbeddingKey(text: string, options?: { readonly tenant?: string }): string
  getEmbedding(key: string): Promise<Float32Array | undefined>
  setEmbedding(key: string, embedding: Float32Array): Promise<void>
  /** Ends a `warm`, waits for what else is under way, 5 seconds at most, and writes down what was asked for most. */
  close(): Promise<void>
}
