import type { ChunkFacts, InsertedChunk, SearchHit, SearchRequest, SearchScore } from '#src/index'

export interface Filter {
  readonly source?: string
}

export interface TestHit extends SearchHit {
  readonly text: string
}

/** Half the cosine, half the share of the query's words that the chunk has: as the gateway's, with a lexical part. */
export const testScore: SearchScore = {
  features: text => text.split(' '),
  of: ({ features }, chunk, cosine) => {
    const words = new Set(chunk.text.split(' '))
    const asked = features as readonly string[]
    return (Math.max(0, cosine) + asked.filter(word => words.has(word)).length / asked.length) / 2
  },
  atMost: cosine => (Math.max(0, cosine) + 1) / 2,
}

export const matches = (filters: Filter, { metadata }: ChunkFacts) =>
  filters.source === undefined || metadata.source === filters.source

export const dimensions = 6

/** The sum of one vector for each word; of unit length. */
export function embedText(text: string): Float32Array {
  const vector = new Float32Array(dimensions)
  for (const word of text.split(' ')) {
    let hash = 2166136261
    for (const letter of word) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619)
    for (let at = 0; at < dimensions; at++) {
      hash = Math.imul(hash ^ (hash >>> 15), 2246822519)
      vector[at] = (vector[at] ?? 0) + ((hash >>> 8) % 7) - 3
    }
  }
  vector[0] = (vector[0] ?? 0) + 0.5 // never all zeros
  const length = Math.hypot(...vector)
  return vector.map(each => each / length)
}

export const embed = async (texts: readonly string[]) => texts.map(embedText)

/** Documents with their chunks, searched by looking at every one. */
export class TestCorpus {
  readonly documents: Map<string, readonly InsertedChunk[]>

  constructor(documents: ReadonlyMap<string, readonly InsertedChunk[]> = new Map()) {
    this.documents = new Map(documents)
  }

  search({ query, ...request }: SearchRequest<Filter>): readonly TestHit[] {
    return this.searchBy(testScore.features?.(query), embedText(query), request)
  }

  searchBy(
    features: unknown,
    vector: Float32Array,
    { topK, scoreThreshold, filters }: Omit<SearchRequest<Filter>, 'query'>,
  ): readonly TestHit[] {
    const hits: TestHit[] = []
    for (const [documentId, chunks] of this.documents)
      for (const chunk of chunks) {
        const { chunkId, text, metadata } = chunk
        if (filters && !matches(filters, { chunkId, documentId, metadata })) continue
        const score = scoreBy(features, vector, chunk)
        if (score >= scoreThreshold) hits.push({ chunkId, documentId, text, score })
      }
    hits.sort((a, b) => b.score - a.score || (a.chunkId < b.chunkId ? -1 : 1))
    return hits.slice(0, topK)
  }
}

export function scoreOf(query: string, vector: Float32Array, chunk: InsertedChunk): number {
  return scoreBy(testScore.features?.(query), vector, chunk)
}

function scoreBy(features: unknown, vector: Float32Array, chunk: InsertedChunk): number {
  const cosine = vector.reduce((sum, each, at) => sum + each * (chunk.embedding[at] ?? 0), 0)
  return testScore.of({ features }, chunk, cosine)
}

export function aChunk(chunkId: string, text: string, source = 'a'): InsertedChunk {
  return { chunkId, text, embedding: embedText(text), metadata: { source } }
}
