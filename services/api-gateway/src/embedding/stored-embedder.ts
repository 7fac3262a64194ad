import { type Kysely, sql } from 'kysely'
import type { Database } from '../db/schema.js'
import { GatewayError } from '../errors.js'

/** The model that made the stored vectors, and their length. */
export interface StoredEmbedder {
  readonly model: string
  readonly dimensions: number
}

/** Undefined before the first migration. */
export async function readStoredEmbedder(db: Kysely<Database>): Promise<StoredEmbedder | undefined> {
  const table = await sql<{ found: boolean }>`select to_regclass('settings') is not null as found`.execute(db)
  if (!table.rows[0]?.found) return undefined
  const row = await db
    .selectFrom('settings')
    .select('value')
    .where('key', '=', 'embedder')
    .limit(1)
    .executeTakeFirst()
  return row?.value as StoredEmbedder | undefined
}

/** @throws GatewayError EMBEDDER_MISMATCH: vectors of two models do not compare. */
export function refuseOtherEmbedder(stored: StoredEmbedder, embedder: StoredEmbedder): void {
  if (stored.model === embedder.model && stored.dimensions === embedder.dimensions) return
  throw new GatewayError(
    'EMBEDDER_MISMATCH',
    `The stored vectors are of ${describe(stored)}, the embedder is ${describe(embedder)}`,
    { remedy: 'Set EMBEDDINGS_URL and EMBEDDINGS_MODEL back, or run: voiceassist kb reindex' },
  )
}

export function describe({ model, dimensions }: StoredEmbedder): string {
  return `${model} with ${dimensions} dimensions`
}
