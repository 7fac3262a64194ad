import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.js'
import type { StoredEmbedder } from '../embedding/stored-embedder.js'

/** The model of the stored vectors, which stays so until the transaction ends. */
export async function holdStoredEmbedder(db: Kysely<Database>): Promise<StoredEmbedder> {
  const { value } = await db
    .selectFrom('settings')
    .select('value')
    .where('key', '=', 'embedder')
    .limit(1)
    .forShare()
    .executeTakeFirstOrThrow()
  return value as StoredEmbedder
}
