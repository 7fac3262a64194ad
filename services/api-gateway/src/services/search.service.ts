import type { Kysely } from 'kysely'
import type { GatewayCache } from '../cache/gateway-cache.js'
import type { Database } from '../db/schema.js'
import type { Embedder } from '../embedding/embedder.js'
import type { FlagDecisions } from '../flags/flag-decisions.js'
import { queryTerms } from '../knowledge/lexical-terms.js'
import { hitOf, type KeptHit, searchKept } from '../rag/search-kept.js'
import { searchChunks } from '../repositories/kb-search.repository.js'
import type { SearchQuery, SearchService } from './search-port.js'

export interface SearchServiceOptions {
  readonly db: Kysely<Database>
  readonly embedder: Embedder
  /** Absent: every search goes to the database. */
  readonly gateway?: Pick<GatewayCache, 'rag' | 'usable'>
  /** Absent: nobody. */
  readonly mayReuse?: FlagDecisions['mayReuseSimilar']
}

/** Longer questions are searched uncached. */
const longestKept = 8192

export function createSearchService({
  db,
  embedder,
  gateway,
  mayReuse = () => false,
}: SearchServiceOptions): SearchService {
  const { model } = embedder

  async function searched({ query, ...rest }: SearchQuery, signal?: AbortSignal) {
    const [vector] = await embedder.embed([query], {
      priority: 'interactive',
      ...(signal ? { signal } : {}),
    })
    signal?.throwIfAborted()
    const found = await searchChunks(db, { ...rest, vector: vector!, model, terms: queryTerms(query) })
    return { hits: found.map(hitOf), from: 'search' as const }
  }

  return {
    async search(query, { signal, asker } = {}) {
      const rag = gateway?.usable ? gateway.rag : undefined
      if (!rag || query.query.length > longestKept) return searched(query, signal)
      const { hits, from, savedMs, reuse } = await rag.cache.find<KeptHit>(
        { ...query, reuse: asker !== undefined && mayReuse(asker) },
        input => searchKept(db, model, query, input),
        signal,
      )
      return {
        hits: hits.map(({ hit }) => hit),
        from,
        ...(savedMs === undefined ? {} : { savedMs }),
        ...(reuse ? { reuse } : {}),
      }
    },
  }
}
