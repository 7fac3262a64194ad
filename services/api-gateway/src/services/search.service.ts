import { type Clock, systemClock } from '@voiceassist/kernel'
import type { Kysely } from 'kysely'
import type { GatewayCache } from '../cache/gateway-cache.js'
import type { Database } from '../db/schema.js'
import type { Embedder } from '../embedding/embedder.js'
import type { FlagDecisions } from '../flags/flag-decisions.js'
import { queryTerms } from '../knowledge/lexical-terms.js'
import { hitOf, type KeptHit, searchKept } from '../rag/search-kept.js'
import { searchChunks } from '../repositories/kb-search.repository.js'
import type { SearchQuery, SearchService, SearchTiming } from './search-port.js'

export interface SearchServiceOptions {
  readonly db: Kysely<Database>
  readonly embedder: Embedder
  /** By which it is timed. Default: the system's. */
  readonly clock?: Clock
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
  clock = systemClock,
  gateway,
  mayReuse = () => false,
}: SearchServiceOptions): SearchService {
  const { model } = embedder

  function timingOf(startedMs: number, embeddingMs: number): SearchTiming {
    return { embeddingMs, searchMs: Math.max(0, clock.monotonic() - startedMs - embeddingMs) }
  }

  async function searched({ query, ...rest }: SearchQuery, signal?: AbortSignal) {
    const startedMs = clock.monotonic()
    const [vector] = await embedder.embed([query], {
      priority: 'interactive',
      ...(signal ? { signal } : {}),
    })
    const embeddingMs = clock.monotonic() - startedMs
    signal?.throwIfAborted()
    const found = await searchChunks(db, { ...rest, vector: vector!, model, terms: queryTerms(query) })
    return {
      hits: found.map(hitOf),
      from: 'search' as const,
      timing: timingOf(startedMs, embeddingMs),
    }
  }

  return {
    async search(query, { signal, asker } = {}) {
      const rag = gateway?.usable ? gateway.rag : undefined
      if (!rag || query.query.length > longestKept) return searched(query, signal)
      const startedMs = clock.monotonic()
      const { hits, from, savedMs, embeddingMs, reuse } = await rag.cache.find<KeptHit>(
        { ...query, reuse: asker !== undefined && mayReuse(asker) },
        input => searchKept(db, model, query, input),
        signal,
      )
      return {
        hits: hits.map(({ hit }) => hit),
        from,
        timing: timingOf(startedMs, embeddingMs),
        ...(savedMs === undefined ? {} : { savedMs }),
        ...(reuse ? { reuse } : {}),
      }
    },
  }
}
