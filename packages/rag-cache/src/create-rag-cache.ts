import { createHash } from 'node:crypto'
import { type Clock, systemClock } from '@voiceassist/kernel'
import { checkRagOptions, ttlSecondsOf } from './check-rag-options.js'
import { ChangeLog } from './corpus/change-log.js'
import type { CorpusChange } from './corpus/corpus-change.js'
import { CorpusChanges } from './corpus/corpus-changes.js'
import { Documents } from './document/documents.js'
import { EmbedBatches } from './embedding/embed-batches.js'
import { Embeddings } from './embedding/embeddings.js'
import { normalForm } from './key/normal-form.js'
import { RagKeys } from './key/rag-keys.js'
import type {
  CacheType,
  ChangeResult,
  Filters,
  FoundSearch,
  RagCache,
  RagCacheOptions,
  RagTypeStats,
  SearchHit,
  SearchLoader,
  SearchRequest,
  WarmedSearches,
  WarmSearchesOptions,
} from './rag-cache.js'
import { ChangeJudge } from './search/change-judge.js'
import { checkQuery, checkTenant } from './search/check-request.js'
import { QueryMatrix } from './search/query-matrix.js'
import { RememberedKeys, searchKeyOf } from './search/remembered-keys.js'
import { cosineScore } from './search/search-score.js'
import { Searches } from './search/searches.js'
import { TypeTally } from './stats/type-tally.js'
import { UnderWay } from './under-way.js'
import { AskedRecord } from './warm/asked-record.js'
import { SearchesWarmer } from './warm/searches-warmer.js'

const namespaces = {
  query_embedding: 'rag_embedding',
  search_results: 'rag_search',
  document_meta: 'rag_document',
} as const satisfies Record<CacheType, string>

/**
 * Over a cache that stays the caller's: `close` leaves it open. One corpus for each cache; another one takes a cache
 * with another `prefix`. See docs/rag-cache.md for what is promised.
 * @throws RagError RAG_OPTION_INVALID that names the option.
 */
export function createRagCache<F extends Filters = Filters>(options: RagCacheOptions<F>): RagCache<F> {
  return createRagCacheIn(options, systemClock)
}

/** For tests: with a clock of their own. */
export function createRagCacheIn<F extends Filters>(options: RagCacheOptions<F>, clock: Clock): RagCache<F> {
  checkRagOptions(options as RagCacheOptions)
  return new CachedRetrieval(options, clock)
}

class CachedRetrieval<F extends Filters> implements RagCache<F> {
  readonly #cache: RagCacheOptions['cache']
  readonly #clock: Clock
  readonly #log: ChangeLog
  readonly #embeddings: Embeddings
  readonly #searches: Searches
  readonly #documents: Documents
  readonly #changes: CorpusChanges
  readonly #remembered: RememberedKeys
  readonly #asked: AskedRecord
  readonly #warmer: SearchesWarmer
  readonly #underWay: UnderWay
  #closed: Promise<void> | undefined
  readonly #tallies = {
    query_embedding: new TypeTally('query_embedding', namespaces.query_embedding),
    search_results: new TypeTally('search_results', namespaces.search_results),
    document_meta: new TypeTally('document_meta', namespaces.document_meta),
  } as const

  constructor(options: RagCacheOptions<F>, clock: Clock) {
    const { cache, model, index, ttl, tenantKey, loadChunks } = options
    const { precision = 'float32', score = cosineScore, matches = () => true } = options
    const { dimensions } = model
    const space = createHash('sha256')
      .update(JSON.stringify([model.name, dimensions, index.version]))
      .digest('base64url')
    const keys = new RagKeys({ tenantKey, model, indexVersion: index.version, precision })
    const tallies = this.#tallies
    this.#cache = cache
    this.#clock = clock
    this.#underWay = new UnderWay(clock)
    const ttlSeconds = ttlSecondsOf(ttl, 'search')
    this.#log = new ChangeLog(cache, clock, ttlSeconds * 1000)
    const judge = new ChangeJudge(space, matches as ConstructorParameters<typeof ChangeJudge>[1], score)
    const matrix = new QueryMatrix(dimensions)
    this.#embeddings = new Embeddings({
      cache,
      clock,
      keys,
      batches: new EmbedBatches(options.embed, dimensions, this.#underWay.closed),
      tally: tallies.query_embedding,
      ttlSeconds: ttlSecondsOf(ttl, 'embedding'),
      precision,
      dimensions,
    })
    const embeddings = this.#embeddings
    const { similar } = options
    const record = new AskedRecord({
      cache,
      clock,
      keys,
      model,
      precision,
      featuresOf: text => [score.features?.(text), similar?.features(text)],
    })
    const parts = {
      cache,
      clock,
      keys,
      log: this.#log,
      judge,
      matrix,
      embeddings,
      score,
      similar,
      record,
      ttlSeconds,
    }
    this.#asked = record
    const searches = new Searches({ ...parts, tally: tallies.search_results })
    this.#searches = searches
    this.#warmer = new SearchesWarmer({
      cache,
      clock,
      keys,
      log: this.#log,
      matrix,
      searches,
      asked: record,
      ttlSeconds,
      underWay: this.#underWay,
    })
    this.#documents = new Documents(cache, clock, tallies.document_meta, ttlSecondsOf(ttl, 'document'))
    const documents = this.#documents
    this.#changes = new CorpusChanges({
      cache,
      log: this.#log,
      judge,
      matrix,
      documents,
      space,
      dimensions,
      loadChunks,
    })
    this.#remembered = new RememberedKeys(clock)
    this.#log.head().catch(() => {}) // so that it is known when the first key is made
  }

  async embedding(
    text: string,
    { tenant = '', signal }: { readonly tenant?: string; readonly signal?: AbortSignal } = {},
  ): Promise<Float32Array> {
    checkQuery(text)
    checkTenant(tenant)
    return this.#underWay.run(() => this.#embeddings.of(tenant, normalForm(text), signal))
  }

  async search<Hit extends SearchHit>(
    request: SearchRequest<F>,
    load: SearchLoader<Hit>,
  ): Promise<readonly Hit[]> {
    return (await this.find(request, load)).hits
  }

  async find<Hit extends SearchHit>(
    request: SearchRequest<F>,
    load: SearchLoader<Hit>,
    signal?: AbortSignal,
  ): Promise<FoundSearch<Hit>> {
    const searches = this.#searches
    return this.#underWay.run(() =>
      searches.find(searches.asked(request), input => this.#underWay.add(load(input)), signal),
    )
  }

  async documentMetadata<Value>(id: string, load: () => Promise<Value>): Promise<Value> {
    return this.#underWay.run(() => this.#documents.get(id, load))
  }

  async documentChanged(
    change: CorpusChange,
    options?: { readonly acknowledged?: boolean },
  ): Promise<ChangeResult> {
    return this.#underWay.run(() => this.#changes.changed(change, options))
  }

  async invalidateDocument(id: string, options?: { readonly acknowledged?: boolean }): Promise<ChangeResult> {
    return this.#underWay.run(() => this.#changes.invalidate(id, options))
  }

  async clearSearches(options?: { readonly acknowledged?: boolean }): Promise<ChangeResult> {
    return this.#underWay.run(() => this.#changes.clear(options))
  }

  async warm<Hit extends SearchHit>(options: WarmSearchesOptions<F, Hit>): Promise<WarmedSearches> {
    return this.#underWay.run(() => this.#warmer.warm(options))
  }

  getCacheStats(): Readonly<Record<CacheType, RagTypeStats>> {
    const { query_embedding, search_results, document_meta } = this.#tallies
    return {
      query_embedding: query_embedding.stats(this.#cache),
      search_results: search_results.stats(this.#cache),
      document_meta: document_meta.stats(this.#cache),
    }
  }

  generateSearchKey(query: string, options: Omit<SearchRequest<F>, 'query'>): string {
    this.#underWay.throwIfClosed()
    return this.#remembered.add(this.#searches.asked({ ...options, query }), this.#log.latestPoint)
  }

  async getSearchResults<Hit extends SearchHit>(key: string): Promise<readonly Hit[] | undefined> {
    return this.#underWay.run(() => this.#searches.get(searchKeyOf(key)))
  }

  async setSearchResults(key: string, hits: readonly SearchHit[]): Promise<void> {
    return this.#underWay.run(async () => {
      searchKeyOf(key)
      const { asked, point, atMs } = this.#remembered.of(key)
      if (point !== undefined) await this.#searches.set(asked, hits, point, this.#clock.monotonic() - atMs)
    })
  }

  generateEmbeddingKey(text: string, { tenant = '' }: { readonly tenant?: string } = {}): string {
    this.#underWay.throwIfClosed()
    return this.#embeddings.keyOf(text, tenant)
  }

  async getEmbedding(key: string): Promise<Float32Array | undefined> {
    return this.#underWay.run(() => this.#embeddings.get(key))
  }

  async setEmbedding(key: string, embedding: Float32Array): Promise<void> {
    return this.#underWay.run(() => this.#embeddings.set(key, embedding))
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    await this.#underWay.close()
    await this.#asked.write()
  }
}
