import type { SearchInput } from '@voiceassist/rag-cache'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.js'
import { type FoundChunk, searchChunks } from '../repositories/kb-search.repository.js'
import type { SearchFilters, SearchHit } from '../services/search-port.js'

/** A hit as it is kept: known by its chunk's revision, so that one which shows something else is another. */
export interface KeptHit {
  readonly chunkId: string
  readonly documentId: string
  readonly score: number
  readonly hit: SearchHit
}

export interface KeptRequest {
  readonly topK: number
  readonly scoreThreshold: number
  readonly filters?: SearchFilters
}

/** The search whose result the cache keeps, from what it keeps of a question: vector and terms. */
export async function searchKept(
  db: Kysely<Database>,
  model: string,
  { topK, scoreThreshold, filters }: KeptRequest,
  { embedding, features }: SearchInput,
): Promise<KeptHit[]> {
  const found = await searchChunks(db, {
    topK,
    scoreThreshold,
    ...(filters ? { filters } : {}),
    vector: embedding,
    model,
    terms: features as readonly string[],
  })
  return found.map(chunk => {
    const { revision, documentId, score } = chunk
    return { chunkId: revision, documentId, score, hit: hitOf(chunk) }
  })
}

export function hitOf({ revision: _, ...hit }: FoundChunk): SearchHit {
  return hit
}
