import type { ReuseSetting } from '@voiceassist/rag-cache'
import { type Kysely, sql } from 'kysely'
import type { Database } from '../db/schema.js'

const key = 'semantic_reuse'

/** Undefined before the first calibration. */
export async function readReuseSetting(db: Kysely<Database>): Promise<ReuseSetting | undefined> {
  const row = await db
    .selectFrom('settings')
    .select('value')
    .where('key', '=', key)
    .limit(1)
    .executeTakeFirst()
  return row?.value as ReuseSetting | undefined
}

export async function writeReuseSetting(db: Kysely<Database>, setting: ReuseSetting): Promise<void> {
  const value = JSON.stringify(setting)
  await db
    .insertInto('settings')
    .values({ key, value })
    .onConflict(conflict => conflict.column('key').doUpdateSet({ value, updated_at: sql`now()` }))
    .execute()
}
