import { type Kysely, sql } from 'kysely'
import { embeddingType } from '../db/embedding-column.js'
import { asOwner } from '../db/gateway-role.js'
import type { Database } from '../db/schema.js'
import { realArray } from './kb-vectors.js'

/** Between the terms of a list; no term holds it. */
export const termSeparator = '\n'

/** Terms are lists joined by the separator: thousands of chunks cross threads and become JSON, terms by the hundred. */
export interface ChunkValues {
  readonly position: number
  readonly heading: string
  readonly text: string
  readonly start: number
  readonly end: number
  readonly wordCount: number
  readonly headingTerms: string
  readonly bodyTerms: string
}

/** Rows of one statement: few enough that neither thread is busy with one for long. */
const rowsPerStatement = 100

/** Stores a document's chunks, each with its vector. */
export async function insertChunks(
  db: Kysely<Database>,
  document: { readonly id: string; readonly titleTerms: string },
  chunks: readonly ChunkValues[],
  vectors: readonly Float32Array[],
): Promise<void> {
  for (let first = 0; first < chunks.length; first += rowsPerStatement) {
    const behind = first + rowsPerStatement
    await insertRows(db, document, chunks.slice(first, behind), vectors.slice(first, behind))
  }
}

async function insertRows(
  db: Kysely<Database>,
  { id, titleTerms }: { readonly id: string; readonly titleTerms: string },
  chunks: readonly ChunkValues[],
  vectors: readonly Float32Array[],
): Promise<void> {
  const dimensions = vectors[0]!.length
  await sql`
    insert into kb_chunks (document_id, position, heading, content, start_offset, end_offset, word_count,
                           title_terms, heading_terms, body_terms, embedding)
    select ${id}, c.position, c.heading, c."text", c.start, c."end", c."wordCount",
           string_to_array(${titleTerms}, ${termSeparator}), string_to_array(c."headingTerms", ${termSeparator}),
           string_to_array(c."bodyTerms", ${termSeparator}),
           (v.all_values)[(c.row - 1) * ${dimensions}::int + 1 : c.row * ${dimensions}::int]::${embeddingType(dimensions)}
    from (select ${realArray(vectors)}::real[] as all_values) v,
         rows from (json_to_recordset(${JSON.stringify(chunks)}::json) as
           (position int, heading text, "text" text, start int, "end" int, "wordCount" int, "headingTerms" text,
            "bodyTerms" text)) with ordinality as c (position, heading, "text", start, "end", "wordCount",
            "headingTerms", "bodyTerms", row)
  `.execute(db)
}

export async function deleteChunks(db: Kysely<Database>, documentId: string): Promise<void> {
  await db.deleteFrom('kb_chunks').where('document_id', '=', documentId).execute()
}

/** After many changes: the planner then knows the tables, and inverted indexes have taken up what was put aside. */
export async function tidyKnowledgeBase(db: Kysely<Database>): Promise<void> {
  await db
    .connection()
    .execute(connection =>
      asOwner(connection, () => sql`vacuum (analyze) kb_documents, kb_chunks`.execute(connection)),
    )
}
