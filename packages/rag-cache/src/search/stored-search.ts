import type { Filters, SearchHit } from '../rag-cache.js'

/** A search as the cache keeps it: its result, and what tells whether a change of the corpus changes it. */
export interface StoredSearch<Hit extends SearchHit = SearchHit> {
  /** Of this fill. */
  readonly id: string
  readonly hits: readonly Hit[]
  readonly vector: Float32Array
  readonly features: unknown
  /** What of the question is compared with similar ones. */
  readonly question: unknown
  readonly queryId: string
  readonly tenant: string
  readonly topK: number
  readonly scoreThreshold: number
  readonly filters: Filters | undefined
  /** The change before which nothing needs to be looked at; '': it was not known, and this is not kept. */
  readonly point: string
  readonly missMs: number
  /** Another question's, which this one was answered with: not kept under it. */
  readonly reuse?: { readonly id: string; readonly similarity: number }
}

/** What a change is judged by. */
export interface SearchFacts {
  readonly features: unknown
  readonly question: unknown
  readonly filters: Filters | undefined
  readonly scores: ReadonlyMap<string, number>
  /** By document the chunks of it. */
  readonly documents: ReadonlyMap<string, readonly string[]>
  /** What a chunk's score must reach to be among the hits. */
  readonly floor: number
}

export function factsOf({
  hits,
  features,
  question,
  filters,
  topK,
  scoreThreshold,
}: StoredSearch): SearchFacts {
  const scores = hits.map(({ score }) => score)
  return {
    features,
    question,
    filters,
    scores: new Map(hits.map(({ chunkId, score }) => [chunkId, score])),
    documents: byDocument(hits),
    floor: hits.length < topK ? scoreThreshold : Math.max(scoreThreshold, Math.min(...scores)),
  }
}

function byDocument(hits: readonly SearchHit[]): Map<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const { documentId, chunkId } of hits) {
    const chunks = found.get(documentId)
    if (chunks) chunks.push(chunkId)
    else found.set(documentId, [chunkId])
  }
  return found
}

/** In memory, about. */
export function bytesOf({ hits, vector, features }: StoredSearch): number {
  return 500 + vector.byteLength + 2 * (JSON.stringify(hits).length + (JSON.stringify(features) ?? '').length)
}
