import { describeDatabases, eventually } from '@voiceassist/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Cache, createCache } from '#src/index'
import { createRelay, inTransaction, type Relay } from '#src/postgres'
import { type TrackedDatabase, trackedDatabase, users } from './tracked-database.js'

describeDatabases('a cache that the database invalidates', kind => {
  let db: TrackedDatabase
  let cache: Cache
  let relay: Relay
  let loads = 0
  beforeAll(async () => {
    db = await trackedDatabase(kind)
  })
  beforeEach(async () => {
    await db.renew()
    cache = createCache()
    const common = { cache, tables: [users] }
    relay =
      kind === 'server'
        ? createRelay({ connectionString: db.url, ...common })
        : createRelay({ exclusive: true, query: db.query, ...common })
    loads = 0
    await db.query(`insert into users values (1, 7, 'old')`)
    await relay.ready
    await eventually(async () => expect(await db.outbox()).toEqual([]))
  })
  afterEach(async () => {
    await relay?.close()
    await cache?.close()
  })
  afterAll(() => db?.close())

  const name = (query: TrackedDatabase['query'] = db.query) =>
    cache.getOrSet(
      'user:1',
      async () => {
        loads++
        return (await query('select name from users where id = 1')).rows[0]?.name as string
      },
      { tags: ['org:7'] },
    )

  test('a change that the application did not make is seen', async () => {
    expect([await name(), await name(), loads]).toEqual(['old', 'old', 1])
    await db.query(`update users set name = 'new'`)
    await eventually(async () => expect(await name()).toBe('new'))
    await cache.set('other:1', 'tagged', { tags: ['org:7'] })
    await cache.set('other:2', 'not tagged')
    await db.query('delete from users')
    await eventually(async () => expect(await cache.get('other:1')).toBeUndefined())
    expect(await cache.get('other:2')).toBe('not tagged')
    await cache.set('user:5', 'x')
    await db.query('truncate users')
    await eventually(async () => expect(await cache.get('user:5')).toBeUndefined())
  })

  test('a transaction reads past the cache and fills nothing; its own change is seen after its commit', async () => {
    expect(await name()).toBe('old')
    await inTransaction(db.pool, async tx => {
      await tx.query(`update users set name = 'new'`)
      tx.afterCommit(() => cache.delete('user:1'))
      expect(await cache.get('user:1')).toBeUndefined()
      expect(await name(tx.query as TrackedDatabase['query'])).toBe('new')
    })
    expect(await cache.get('user:1')).toBeUndefined()
    expect(await name()).toBe('new')
    await expect(
      inTransaction(db.pool, async tx => {
        await tx.query(`update users set name = 'never'`)
        await name(tx.query as TrackedDatabase['query'])
        await cache.set('user:1', 'never')
        throw new Error('bug')
      }),
    ).rejects.toThrow('bug')
    expect(await name()).toBe('new')
  })
})
