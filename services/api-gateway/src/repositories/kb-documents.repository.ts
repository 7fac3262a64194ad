import { type Kysely, sql } from 'kysely'
import type { Database, DocumentMetadata } from '../db/schema.js'
import type {
  DocumentDetail,
  DocumentListQuery,
  DocumentPage,
  DocumentSummary,
} from '../services/documents/documents-port.js'
import { decodeCursor, encodeCursor, exactTime } from './keyset-cursor.js'

/** What a document row is made of, apart from what the database counts itself. */
export interface DocumentValues {
  readonly title: string
  readonly sourceType: string
  readonly filename: string | null
  readonly fileType: string
  readonly contentHash: string
  readonly text: string
  readonly metadata: DocumentMetadata
  readonly chunkCount: number
  readonly wordCount: number
}

const summaryColumns = [
  'id',
  'title',
  'source_type as sourceType',
  'source_key as sourceKey',
  'filename',
  'file_type as fileType',
  'content_hash as contentHash',
  'metadata',
  'version',
  'chunk_count as chunkCount',
  'word_count as wordCount',
  'created_at as createdAt',
  'updated_at as updatedAt',
] as const

const columnsOf = ({
  title,
  sourceType,
  filename,
  fileType,
  contentHash,
  text,
  metadata,
  ...counts
}: DocumentValues) => ({
  title,
  source_type: sourceType,
  filename,
  file_type: fileType,
  content_hash: contentHash,
  content: text,
  metadata: JSON.stringify(metadata),
  chunk_count: counts.chunkCount,
  word_count: counts.wordCount,
})

/** Fails with 23505 when the content or the source key is there already. */
export async function insertDocument(
  db: Kysely<Database>,
  values: DocumentValues & { readonly sourceKey: string | null; readonly createdBy: string | null },
): Promise<DocumentSummary> {
  const { sourceKey, createdBy, ...document } = values
  return db
    .insertInto('kb_documents')
    .values({ ...columnsOf(document), source_key: sourceKey, created_by: createdBy })
    .returning(summaryColumns)
    .executeTakeFirstOrThrow()
}

/** A new version of a document; undefined when it is gone. Others that change it wait until the transaction ends. */
export async function updateDocument(
  db: Kysely<Database>,
  id: string,
  values: DocumentValues & { readonly sourceKey?: string },
): Promise<DocumentSummary | undefined> {
  const { sourceKey, ...document } = values
  return db
    .updateTable('kb_documents')
    .set({
      ...columnsOf(document),
      ...(sourceKey === undefined ? {} : { source_key: sourceKey }),
      version: sql<number>`version + 1`,
      updated_at: sql<Date>`now()`,
    })
    .where('id', '=', id)
    .returning(summaryColumns)
    .executeTakeFirst()
}

/** Locks the document and notes how many chunks it has now; undefined when it is gone or of another version. */
export async function touchDocument(
  db: Kysely<Database>,
  { id, version }: { readonly id: string; readonly version: number },
  counts: { readonly chunkCount: number; readonly wordCount: number },
): Promise<DocumentSummary | undefined> {
  return db
    .updateTable('kb_documents')
    .set({ chunk_count: counts.chunkCount, word_count: counts.wordCount, updated_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('version', '=', version)
    .returning(summaryColumns)
    .executeTakeFirst()
}

/** Resolves to whether there was one; its chunks go with it. */
export async function deleteDocument(db: Kysely<Database>, id: string): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('kb_documents').where('id', '=', id).executeTakeFirst()
  return numDeletedRows > 0n
}

/** Where a document is known by its content, its source key or its id. */
export async function findDocument(
  db: Kysely<Database>,
  by: { readonly contentHash: string } | { readonly sourceKey: string } | { readonly id: string },
): Promise<DocumentSummary | undefined> {
  const query = db.selectFrom('kb_documents').select(summaryColumns).limit(1)
  if ('contentHash' in by) return query.where('content_hash', '=', by.contentHash).executeTakeFirst()
  if ('sourceKey' in by) return query.where('source_key', '=', by.sourceKey).executeTakeFirst()
  return query.where('id', '=', by.id).executeTakeFirst()
}

/** A document with its chunks, of one moment: both come with one statement. */
export async function readDocumentDetail(
  db: Kysely<Database>,
  id: string,
): Promise<DocumentDetail | undefined> {
  type ChunkRow = [id: string, position: number, heading: string, start: number, end: number, words: number]
  const found = await db
    .selectFrom('kb_documents as d')
    .select(summaryColumns)
    .select('content as text')
    .select(
      sql<ChunkRow[]>`coalesce((
        select json_agg(json_build_array(c.id, c.position, c.heading, c.start_offset, c.end_offset, c.word_count)
                        order by c.position)
        from kb_chunks c where c.document_id = d.id), '[]')`.as('rows'),
    )
    .where('d.id', '=', id)
    .limit(1)
    .executeTakeFirst()
  if (!found) return undefined
  const { rows, ...document } = found
  const chunks = rows.map(([chunkId, position, heading, start, end, wordCount]) => ({
    id: chunkId,
    position,
    heading,
    text: document.text.slice(start, end),
    start,
    end,
    wordCount,
  }))
  return { ...document, chunks }
}

/** A page of the newest documents. @throws GatewayError VALIDATION_FAILED for a cursor that is none. */
export async function listDocuments(
  db: Kysely<Database>,
  { limit, cursor, sourceType }: DocumentListQuery,
): Promise<DocumentPage> {
  const filtered = db
    .selectFrom('kb_documents')
    .$if(sourceType !== undefined, query => query.where('source_type', '=', sourceType!))
  let page = filtered
    .select(summaryColumns)
    .select(exactTime('created_at').as('at'))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
  if (cursor !== undefined) {
    const { at, id } = decodeCursor(cursor)
    page = page.where(sql<boolean>`(created_at, id) < (${at}::timestamptz, ${id}::uuid)`)
  }
  // Counting reads the whole of an index; it need not wait for the page, where there is another connection.
  const [rows, { total }] = await Promise.all([
    page.execute(),
    filtered.select(sql<number>`count(*)::int`.as('total')).executeTakeFirstOrThrow(),
  ])
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return {
    items: rows.slice(0, limit).map(({ at: _at, ...summary }) => summary),
    nextCursor: last ? encodeCursor(last) : null,
    total,
  }
}
