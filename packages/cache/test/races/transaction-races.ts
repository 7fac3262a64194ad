import { expect } from 'vitest'
import { transactionHooks } from '#src/postgres'
import { allKinds, fillBoth, key, type Race, tags } from './race.js'

/** What a transaction of the database does with the cache. */
export const transactionRaces: Race[] = [
  {
    row: 13,
    title: 'an invalidation within a transaction, another loads before the commit',
    kinds: allKinds,
    async run(stage) {
      const { cluster, a, b } = stage
      await fillBoth(stage)
      const invalidated = cluster.pause()
      const other = invalidated.reached.then(() => b.getOrSet(key, () => cluster.read(key), { tags }))
      await transactionHooks(run =>
        run(async () => {
          await stage.invalidate(a)
          cluster.source.set(key, 'v1')
          invalidated.here()
          expect(await other).toBe('v1')
          cluster.source.set(key, 'v2')
        }),
      )
    },
  },
  {
    row: 13,
    title: 'reads within a transaction go past the cache and fill nothing',
    ownEnd: true,
    async run({ cluster, a }) {
      await a.set(key, 'old')
      await transactionHooks(run =>
        run(async () => {
          expect(await a.get(key)).toBeUndefined()
          expect(await a.mget([key])).toEqual(new Map())
          expect(await a.getOrSet(key, () => 'mine')).toBe('mine')
          expect(await a.getOrSetMany([key, 'user:2'], keys => keys.map(() => 'mine'))).toEqual(
            new Map([
              [key, 'mine'],
              ['user:2', 'mine'],
            ]),
          )
        }),
      )
      expect(await cluster.everywhere(key)).toEqual(['old'])
      expect(await cluster.everywhere('user:2')).toEqual([])
    },
  },
  {
    row: 14,
    title: 'a set within a transaction that is rolled back',
    ownEnd: true,
    async run({ cluster, a }) {
      await a.set(key, 'v1')
      const failed = transactionHooks(run =>
        run(async () => {
          expect(await a.set(key, 'never')).toMatchObject({ stored: false })
          await a.mset({ 'user:2': 'never' })
          throw new Error('rolled back')
        }),
      )
      await expect(failed).rejects.toThrow('rolled back')
      for (const name of [key, 'user:2']) expect(await cluster.everywhere(name)).toEqual([])
    },
  },
]
