import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CacheDecorators, cacheDecorators } from '#src/decorators'
import type { userStoreOn as Fixture, User } from './fixtures/user-store.js'
import { type RecordedCache, recordedCache } from './recorded-cache.js'

// Compiled by tsc: Vitest's own compiler does not know standard decorators.
for (const convention of ['standard', 'legacy']) {
  describe(`methods decorated by the ${convention} convention`, async () => {
    const url = new URL(`../../dist/.test/${convention}-decorators/user-store.js`, import.meta.url)
    const { userStoreOn } = (await import(url.href)) as { userStoreOn: typeof Fixture }
    let recorded: RecordedCache
    let bound: CacheDecorators
    let users: Map<string, User>
    let calls: string[]
    let Store: ReturnType<typeof Fixture>
    let store: InstanceType<ReturnType<typeof Fixture>>
    beforeEach(() => {
      recorded = recordedCache()
      bound = cacheDecorators(recorded.cache)
      users = new Map()
      for (const [id, name] of [
        ['1', 'Ada'],
        ['2', 'Bob'],
      ] as const) {
        users.set(id, { id, name, org: 'north', version: 1 })
      }
      calls = []
      Store = userStoreOn(recorded.cache, users, calls)
      store = new Store()
    })
    afterEach(() => recorded.cache.close())

    test('load once for equal arguments, whoever calls and whatever is excluded', async () => {
      expect(await store.find('1')).toMatchObject({ name: 'Ada' })
      expect(await store.find('1', true)).toMatchObject({ name: 'Ada' })
      expect(await new Store().find('1')).toMatchObject({ name: 'Ada' })
      expect(await store.find('2')).toMatchObject({ name: 'Bob' })
      expect(calls).toEqual(['find 1 false', 'find 2 false'])
    })

    test('keep the value under the namespace and by the options given', async () => {
      await store.find('1')
      const key = bound.keyOf(store.find, '1')
      expect(key).toMatch(/^user:find:[\w-]{43}$/)
      expect(recorded.calls).toEqual([['getOrSet', key, { ttl: '5m' }]])
      expect((await recorded.cache.inspect(key)).memory?.tags).toEqual(['id:1'])
    })

    test('need not be async, and see their object', async () => {
      expect(store.greet('1')).toBeInstanceOf(Promise)
      expect(await store.greet('1')).toBe('Hello, Ada')
      expect(calls).toEqual(['greet 1'])
    })

    test('may be static, and give their keys themselves', async () => {
      expect(await Store.ofOrg('north')).toEqual(['1', '2'])
      expect(await recorded.cache.get('user:org-north')).toEqual(['1', '2'])
    })

    test('keep their names', () => {
      expect([Store.prototype.find.name, Store.ofOrg.name, Store.prototype.rename.name]).toEqual([
        ...['find', 'ofOrg', 'rename'],
      ])
    })

    test('a mutation makes void what two readers kept of its subject, and nothing else', async () => {
      await Promise.all([store.find('1'), store.find('2'), store.greet('1'), Store.ofOrg('north')])
      await store.rename('1', 'Eve')
      expect(await recorded.cache.get('user:org-north')).toEqual(['1', '2'])
      expect(await store.find('1')).toMatchObject({ name: 'Eve' })
      expect(await store.greet('1')).toBe('Hello, Eve')
      expect(await store.find('2')).toMatchObject({ name: 'Bob' })
      expect(calls.filter(call => call === 'find 2 false')).toHaveLength(1)
    })

    test('a failed mutation does so too, and its error is thrown', async () => {
      await store.find('1')
      await expect(store.rename('1', 'lost')).rejects.toThrow('connection lost')
      expect(await store.find('1')).toMatchObject({ name: 'lost' })
      await expect(store.rename('1', '')).rejects.toThrow(RangeError)
    })

    test('a mutation stores its result under the key of the reader', async () => {
      const made = { id: '3', name: 'Cid', org: 'north', version: 7 }
      await store.create(made)
      expect(await store.find('3')).toEqual(made)
      expect(calls).toEqual([])
      const key = bound.keyOf(store.find, '3')
      expect(recorded.calls[0]).toEqual(['set', key, made, { ttl: '5m', tags: ['id:3'], version: 7 }])
      expect((await recorded.cache.inspect(key)).memory?.tags).toEqual(['id:3'])
    })

    test('a mutation invalidates tags and namespaces', async () => {
      await Promise.all([store.find('1'), store.find('2')])
      await recorded.cache.set('org:north', 1)
      expect(await store.remove('1')).toBe(true)
      expect(await store.find('1')).toBeUndefined()
      expect(await recorded.cache.get('org:north')).toBeUndefined()
      expect(await recorded.cache.get(bound.keyOf(store.find, '2'))).toEqual(users.get('2'))
    })
  })
}
