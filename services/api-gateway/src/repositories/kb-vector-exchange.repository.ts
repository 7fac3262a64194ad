import { type Kysely, sql } from 'kysely'
import { createEmbeddingIndex, embeddingType } from '../db/embedding-column.js'
import type { Database } from '../db/schema.js'
import type { StoredEmbedder } from '../embedding/stored-embedder.js'
import { realArray } from './kb-vectors.js'

/** The new vectors, aside until all are there. Made when another embedder comes, gone when it is in place. */
const staging = sql.table('kb_chunk_vectors_next')
const setting = 'embedder_next'

export interface ChunkText {
  readonly id: string
  readonly title: string
  readonly heading: string
  readonly text: string
}

/** Call within a transaction. Vectors that an earlier, interrupted exchange to the same embedder made stay. */
export async function openVectorExchange(
  db: Kysely<Database>,
  { model, dimensions }: StoredEmbedder,
): Promise<void> {
  const value = JSON.stringify({ model, dimensions })
  await sql`create table if not exists ${staging} (chunk_id uuid primary key, embedding real[] not null)`.execute(
    db,
  )
  const same =
    await sql`select 1 from settings where key = ${setting} and value = ${value}::jsonb limit 1`.execute(db)
  if (same.rows.length > 0) return
  await sql`truncate ${staging}`.execute(db)
  await sql`
    insert into settings (key, value) values (${setting}, ${value}::jsonb)
    on conflict (key) do update set value = excluded.value, updated_at = now()`.execute(db)
}

export async function countChunks(db: Kysely<Database>): Promise<{ chunks: number; staged: number }> {
  const found = await sql<{ chunks: number; staged: number }>`
    select count(*)::int as chunks, count(s.chunk_id)::int as staged
    from kb_chunks c left join ${staging} s on s.chunk_id = c.id`.execute(db)
  return found.rows[0]!
}

/** The next chunks behind `after`, in the order of their ids, that have no new vector. */
export async function unstagedChunks(
  db: Kysely<Database>,
  after: string,
  limit: number,
): Promise<ChunkText[]> {
  const found = await sql<ChunkText>`
    select c.id, d.title, c.heading, c.content as text
    from kb_chunks c join kb_documents d on d.id = c.document_id
    where c.id > ${after}::uuid and not exists (select from ${staging} s where s.chunk_id = c.id)
    order by c.id limit ${limit}`.execute(db)
  return found.rows
}

export async function stageVectors(
  db: Kysely<Database>,
  ids: readonly string[],
  vectors: readonly Float32Array[],
): Promise<void> {
  const dimensions = vectors[0]!.length
  await sql`
    insert into ${staging} (chunk_id, embedding)
    select chunk.id, (v.all_values)[(chunk.row - 1) * ${dimensions}::int + 1 : chunk.row * ${dimensions}::int]
    from (select ${realArray(vectors)}::real[] as all_values) v, unnest(${ids}::uuid[]) with ordinality chunk (id, row)
    on conflict do nothing`.execute(db)
}

/**
 * Puts the new vectors in the place of the old ones. Call within a transaction; readers wait while the table is written
 * anew. Resolves to false, with nothing changed, when a chunk came meanwhile that has no new vector.
 */
export async function exchangeVectors(db: Kysely<Database>, embedder: StoredEmbedder): Promise<boolean> {
  // The order in which writers of documents take their locks.
  await sql`select 1 from settings where key = 'embedder' for update`.execute(db)
  await sql`lock table kb_documents, kb_chunks in share row exclusive mode`.execute(db)
  const { chunks, staged } = await countChunks(db)
  if (staged < chunks) return false
  const { model, dimensions } = embedder
  await sql`drop index kb_chunks_embedding`.execute(db)
  // A conversion may not hold a subquery, but may call a function that does.
  await sql`
    create function pg_temp.next_vector(uuid) returns real[] language sql stable
    as 'select embedding from kb_chunk_vectors_next where chunk_id = $1'`.execute(db)
  await sql`
    alter table kb_chunks alter column embedding
    type ${embeddingType(dimensions)} using pg_temp.next_vector(id)::${embeddingType(dimensions)}`.execute(db)
  await sql`drop function pg_temp.next_vector(uuid)`.execute(db)
  await createEmbeddingIndex(dimensions).execute(db)
  await sql`
    update settings set value = ${JSON.stringify({ model, dimensions })}::jsonb, updated_at = now()
    where key = 'embedder'`.execute(db)
  await sql`drop table ${staging}`.execute(db)
  await db.deleteFrom('settings').where('key', '=', setting).execute()
  return true
}
