import { type RawBuilder, sql } from 'kysely'

/** pgvector's indexes take a `vector` of at most 2,000 dimensions, a `halfvec` of at most 4,000. */
const maxVectorDimensions = 2000

export function embeddingTypeName(dimensions: number): 'vector' | 'halfvec' {
  return dimensions > maxVectorDimensions ? 'halfvec' : 'vector'
}

/** The SQL type of `kb_chunks.embedding`: `vector(n)`, or `halfvec(n)` above 2,000 dimensions. */
export function embeddingType(dimensions: number): RawBuilder<unknown> {
  return sql.raw(`${embeddingTypeName(dimensions)}(${Math.trunc(dimensions)})`)
}

export function createEmbeddingIndex(dimensions: number): RawBuilder<unknown> {
  const operators = sql.raw(`${embeddingTypeName(dimensions)}_cosine_ops`)
  return sql`create index kb_chunks_embedding on kb_chunks using hnsw (embedding ${operators})`
}
