import { randomUUID } from 'node:crypto'
import type { Cache } from '@voiceassist/cache'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.js'

const setting = 'cache_source'
const key = 'cache:source'
const options = { ttl: '30d', memory: false } as const

/**
 * Empties a second tier that is not the one which took this database's last changes: it belongs to another database,
 * or changes were relayed to another tier since. Both keep the same random name for that.
 */
export async function startAfresh(db: Kysely<Database>, cache: Cache): Promise<void> {
  const stored = await db
    .selectFrom('settings')
    .select('value')
    .where('key', '=', setting)
    .limit(1)
    .executeTakeFirst()
  const inTier = await cache.get<string>(key, { memory: false })
  if (stored && (stored.value as { id?: unknown }).id === inTier && inTier !== undefined) {
    await cache.set(key, inTier, options)
    return
  }
  await cache.deletePattern('*')
  const id = randomUUID()
  const value = JSON.stringify({ id })
  await db
    .insertInto('settings')
    .values({ key: setting, value })
    .onConflict(conflict => conflict.column('key').doUpdateSet({ value }))
    .execute()
  await cache.set(key, id, options)
}
