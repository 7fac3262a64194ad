import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Kysely } from 'kysely'
import { gatewayActor } from '../audit/actor.js'
import type { Database } from '../db/schema.js'
import { GatewayError } from '../errors.js'
import type { DocumentsService } from '../services/documents/documents-port.js'

const folder = new URL('../../sample-knowledge-base/', import.meta.url)
const setting = 'sample_knowledge_base'

/**
 * Stores the sample documents, once in a database's life: what was deleted does not come back. Resolves to how many
 * were stored.
 */
export async function seedSampleKnowledgeBase(
  db: Kysely<Database>,
  documents: Pick<DocumentsService, 'create'>,
): Promise<number> {
  const seeded = await db
    .selectFrom('settings')
    .select('key')
    .where('key', '=', setting)
    .limit(1)
    .executeTakeFirst()
  if (seeded) return 0
  let stored = 0
  for (const filename of (await readdir(folder)).filter(name => name.endsWith('.md')).sort()) {
    try {
      const bytes = await readFile(fileURLToPath(new URL(filename, folder)))
      await documents.create(gatewayActor('first start'), { bytes, filename })
      stored++
    } catch (error) {
      // A first start that was killed midway has stored some already.
      if (!(error instanceof GatewayError && error.code === 'DOCUMENT_EXISTS')) throw error
    }
  }
  await db
    .insertInto('settings')
    .values({ key: setting, value: JSON.stringify({ documents: stored }) })
    .onConflict(conflict => conflict.doNothing())
    .execute()
  return stored
}
