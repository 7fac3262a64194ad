import { existsSync } from 'node:fs'
import { sql } from 'kysely'
import { afterEach, expect, test } from 'vitest'
import { describeDatabases } from '#src/database/describe-databases'
import { type TempDatabase, type TempDatabaseOptions, tempDatabase } from '#src/database/temp-database'

const made: TempDatabase[] = []
afterEach(async () => {
  for (const temp of made.splice(0)) await temp.close()
})

async function make(options: TempDatabaseOptions): Promise<TempDatabase> {
  const temp = await tempDatabase(options)
  made.push(temp)
  return temp
}

describeDatabases('tempDatabase', kind => {
  test('has the tables, and nothing of another one', async () => {
    const first = await (await make({ kind })).open()
    const second = await (await make({ kind })).open()
    await first.db
      .insertInto('users')
      .values({ email: 'a@b.example', hashed_password: 'x', full_name: 'A', role: 'user' })
      .execute()
    expect(await first.db.selectFrom('users').select('email').execute()).toEqual([{ email: 'a@b.example' }])
    expect(await second.db.selectFrom('users').select('email').execute()).toEqual([])
  })

  test('takes vectors of the embedder that was asked for', async () => {
    const { db } = await (await make({ kind, embedder: { model: 'three', dimensions: 3 } })).open()
    const { rows } = await sql<{ type: string }>`
      select format_type(atttypid, atttypmod) as type from pg_attribute
      where attrelid = 'kb_chunks'::regclass and attname = 'embedding'`.execute(db)
    expect(rows).toEqual([{ type: 'vector(3)' }])
  })

  test('is empty when no migration is wanted', async () => {
    const { db } = await (await make({ kind, migrated: false })).open()
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from pg_tables where schemaname = 'public'`.execute(db)
    expect(rows).toEqual([{ count: 0 }])
  })

  test('keeps what it holds from one opening to the next, until it is closed', async () => {
    const temp = await make({ kind })
    const before = await temp.open()
    await before.db.insertInto('settings').values({ key: 'kept', value: '{"id":1}' }).execute()
    await before.close()
    const after = await temp.open()
    const kept = after.db.selectFrom('settings').select('value').where('key', '=', 'kept')
    expect(await kept.execute()).toEqual([{ value: { id: 1 } }])
    await temp.close()
    if ('dataFolder' in temp.location) expect(existsSync(temp.location.dataFolder)).toBe(false)
    else await expect(temp.open()).rejects.toThrow()
  })
})
