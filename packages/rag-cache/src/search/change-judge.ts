import type { ChangeRecord } from '../corpus/change-record.js'
import type { ChunkFacts, InsertedChunk } from '../corpus/corpus-change.js'
import type { Filters } from '../rag-cache.js'
import { dot } from './dot.js'
import type { SearchScore } from './search-score.js'
import type { SearchFacts } from './stored-search.js'

/**
 * By so much two computations of one score may differ: sums of 2000 float32 products in any order differ by 1.2e-4 at
 * most, and by far less on any real vectors. A chunk that scores within it of the last hit counts as better, ties too.
 */
export const scoreEpsilon = 1e-4

/** Tells whether a change of the corpus can change the result of a search. */
export class ChangeJudge {
  readonly #space: string
  readonly #matches: (filters: Filters, chunk: ChunkFacts) => boolean
  readonly #score: SearchScore

  /** @param space of the vectors here; a change of another one is not judged by them */
  constructor(space: string, matches: (filters: Filters, chunk: ChunkFacts) => boolean, score: SearchScore) {
    this.#space = space
    this.#matches = matches
    this.#score = score
  }

  changes(search: SearchFacts, vector: Float32Array, record: ChangeRecord): boolean {
    if (this.takesAway(search, record)) return true
    return record.inserted.some(chunk =>
      this.bringsIn(search, chunk, record.documentId, dot(vector, chunk.embedding)),
    )
  }

  /** Whether the search shows what is no longer there, or is not what this change can be judged by. */
  takesAway(
    { scores, documents }: SearchFacts,
    { space, removed, documentId, inserted }: ChangeRecord,
  ): boolean {
    if (space !== this.#space) return true
    const held = documents.get(documentId)
    if (removed === 'all') return held !== undefined
    if (removed === 'others') {
      if (held === undefined) return false
      const now = new Set(inserted.map(({ chunkId }) => chunkId))
      return held.some(chunkId => !now.has(chunkId))
    }
    return removed.some(chunkId => scores.has(chunkId))
  }

  /** Whether an inserted chunk would be among the hits and is not, or would be another hit than it is. */
  bringsIn(search: SearchFacts, chunk: InsertedChunk, documentId: string, cosine: number): boolean {
    const { features, filters, scores, floor } = search
    try {
      const own = scores.get(chunk.chunkId)
      const limit = floor - scoreEpsilon
      if (own === undefined && this.#score.atMost && this.#score.atMost(cosine) <= limit) return false
      const { chunkId, metadata } = chunk
      if (filters !== undefined && !this.#matches(filters, { chunkId, documentId, metadata }))
        return own !== undefined
      const score = this.#score.of({ features }, chunk, cosine)
      if (!Number.isFinite(score)) return true
      return own === undefined ? score > limit : Math.abs(score - own) > scoreEpsilon
    } catch {
      return true // what cannot be judged is dropped
    }
  }
}
