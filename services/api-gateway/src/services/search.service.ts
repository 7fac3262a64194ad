import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.js'
import type { Embedder } from '../embedding/embedder.js'
import { GatewayError } from '../errors.js'
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
      try {
        return await searchChunks(db, { ...rest, vector: vector!, terms: queryTerms(query) })
      } catch (error) {
        throw isOtherLength(error) ? otherModel(error) : error
      }
    },
  }
}

/** The command line may have put vectors of another model in place while this process ran. */
function isOtherLength(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('different vector dimensions')
}

function otherModel(cause: unknown): GatewayError {
  return new GatewayError('EMBEDDER_MISMATCH', 'The stored vectors are of another model by now', {
    remedy: 'Restart the gateway with the embedder that made them',
    cause,
  })
}
