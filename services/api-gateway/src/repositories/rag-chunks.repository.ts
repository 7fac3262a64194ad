import type { InsertedChunk } from '@voiceassist/rag-cache'
import { type Kysely, sql } from 'kysely'
import type { Database, DocumentMetadata } from '../db/schema.js'
import { chunkRevision } from './chunk-revision.js'
import { termSeparator } from './kb-chunks.repository.js'

/** What filters and score look at; terms are lists joined by the separator. */
export interface ChunkFacts {
  readonly sourceType: string
  readonly metadata: DocumentMetadata
  readonly titleTerms: string
  readonly headingTerms: string
  readonly bodyTerms: string
}

interface ChunkRow extends ChunkFacts {
  readonly revision: string
  readonly embedding: string
}

/** The chunks of a document as they are now, in no order; none when it is gone. */
export async function readRagChunks(
  db: Kysely<Database>,
  documentId: string,
  limit: number,
): Promise<InsertedChunk[]> {
  const joined = (column: string) => sql`array_to_string(${sql.ref(column)}, ${termSeparator})`
  const { rows } = await sql<ChunkRow>`
    select ${chunkRevision} as revision, d.source_type as "sourceType", d.metadata,
           ${joined('c.title_terms')} as "titleTerms", ${joined('c.heading_terms')} as "headingTerms",
           ${joined('c.body_terms')} as "bodyTerms", c.embedding::text as embedding
    from kb_documents d join kb_chunks c on c.document_id = d.id
    where d.id = ${documentId}::uuid limit ${limit}`.execute(db)
  return rows.map(({ revision, embedding, ...metadata }) => ({
    chunkId: revision,
    embedding: Float32Array.from(JSON.parse(embedding) as number[]),
    text: '', // the score goes by terms
    metadata: { ...metadata },
  }))
}
