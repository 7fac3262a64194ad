import type { DocumentMetadata, Retrieval } from '../db/schema.js'
import type { FlagSubject } from '../flags/flag-decisions.js'

/** What a chunk's document must be. All given parts must hold; within a list, one of its values must. */
export interface SearchFilters {
  readonly sourceType?: string | readonly string[]
  readonly documentIds?: readonly string[]
  /** Each key must be present with that value, or one of these values. */
  readonly metadata?: Readonly<Record<string, DocumentMetadata[string] | readonly DocumentMetadata[string][]>>
}

export interface SearchQuery {
  readonly query: string
  /** 1 to 50. */
  readonly topK: number
  /** 0 to 1; hits below it are left out. */
  readonly scoreThreshold: number
  readonly filters?: SearchFilters
}

export interface SearchHit {
  readonly chunkId: string
  readonly documentId: string
  readonly title: string
  readonly heading: string
  readonly text: string
  /** 0 to 1, a function of the query and this chunk alone. */
  readonly score: number
  /** UTF-16 code units into the document's text. */
  readonly start: number
  readonly end: number
  readonly sourceType: string
  readonly metadata: DocumentMetadata
}

export interface FoundPassages extends Readonly<Retrieval> {
  /** Best first; ties by chunk id. */
  readonly hits: readonly SearchHit[]
  readonly timing: SearchTiming
}

/** Milliseconds. */
export interface SearchTiming {
  /** Of the question; 0 where it was not waited for, as when the passages were in the cache. */
  readonly embeddingMs: number
  /** The rest: of the database or the cache. */
  readonly searchMs: number
}

export interface SearchOptions {
  readonly signal?: AbortSignal
  /** By whom it is decided whether the passages of a similar question will do; absent: they will not. */
  readonly asker?: FlagSubject
}

export interface SearchService {
  /** @throws GatewayError EMBEDDER_FAILED. */
  search(query: SearchQuery, options?: SearchOptions): Promise<FoundPassages>
}
