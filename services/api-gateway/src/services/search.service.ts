import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.js'
import type { Embedder } from '../embedding/embedder.js'
import { queryTerms } from '../knowledge/lexical-terms.js'
import { searchChunks } from '../repositories/kb-search.repository.js'
import type { SearchService } from './search-port.js'

export interface SearchServiceOptions {
  readonly db: Kysely<Database>
  readonly embedder: Embedder
}

export function createSearchService({ db, embedder }: SearchServiceOptions): SearchService {
  return {
    async search({ query, ...rest }, signal) {
      const [vector] = await embedder.embed([query], {
        priority: 'interactive',
        ...(signal ? { signal } : {}),
      })
      signal?.throwIfAborted()
      const { model } = embedder
      return searchChunks(db, { ...rest, vector: vector!, model, terms: queryTerms(query) })
    },
  }
}
