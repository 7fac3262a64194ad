import { expect } from 'vitest'
import type { LoadContext } from '#src/index'
import { allKinds, fillBoth, key, type Race, tags } from './race.js'

/** Loads under way while their source changes: whatever brings the old value, it is kept nowhere. */
export const loadRaces: Race[] = [
  {
    row: 1,
    title: 'a load has read the old value, an invalidation goes through, the load fills',
    kinds: allKinds,
    async run({ cluster, a, b, invalidate }) {
      const load = cluster.reading(key)
      const loading = b.getOrSet(key, load.loader, { tags })
      await load.reached
      await invalidate(a)
      load.release()
      await loading
    },
  },
  {
    row: 1,
    title: 'the same by the instance that invalidates',
    kinds: allKinds,
    async run({ cluster, b, invalidate }) {
      const load = cluster.reading(key)
      const loading = b.getOrSet(key, load.loader, { tags })
      await load.reached
      await invalidate(b)
      load.release()
      await loading
    },
  },
  {
    row: 1,
    title: 'the same when the fill is on its way to the second tier',
    kinds: allKinds,
    async run({ cluster, a, b, invalidate }) {
      const fill = cluster.hold('b', 'fill', 'send')
      const loading = b.getOrSet(key, () => cluster.read(key), { tags })
      await fill.reached
      await invalidate(a)
      fill.release()
      await loading
    },
  },
  {
    row: 1,
    title: 'the same when the fill is stored and its answer on its way back',
    kinds: allKinds,
    async run({ cluster, a, b, invalidate }) {
      const fill = cluster.hold('b', 'fill')
      const loading = b.getOrSet(key, () => cluster.read(key), { tags })
      await fill.reached
      await invalidate(a)
      await cluster.settle()
      fill.release()
      await loading
    },
  },
  {
    row: 1,
    title: 'the same in a batch',
    kinds: allKinds,
    async run({ cluster, a, b, invalidate }) {
      const pause = cluster.pause()
      const loadMany = async (keys: string[]) => {
        const values = keys.map(each => cluster.read(each))
        await pause.here()
        return values
      }
      const loading = b.getOrSetMany([key, 'user:2'], loadMany, { tags })
      await pause.reached
      await invalidate(a)
      pause.release()
      await loading
    },
  },
  {
    row: 1,
    title: 'the same kept in memory alone',
    kinds: allKinds,
    async run({ cluster, a, b, invalidate }) {
      const load = cluster.reading(key)
      const loading = b.getOrSet(key, load.loader, { tags, remote: false })
      await load.reached
      await invalidate(a)
      await cluster.settle()
      load.release()
      await loading
    },
  },
  {
    row: 1,
    title: 'the same, and later the record of the pattern is dropped',
    kinds: ['pattern'],
    async run({ cluster, a, b, invalidate }) {
      const load = cluster.reading(key)
      const loading = b.getOrSet(key, load.loader, { tags, ttl: '1h' })
      await load.reached
      await invalidate(a)
      load.release()
      await loading
      await cluster.clock.advance(400_000)
      await a.deletePattern('another:*')
      await cluster.open('fresh')
    },
  },
  {
    row: 4,
    title: 'a load read the old value, its tags become known only after the tag was invalidated',
    kinds: ['tag'],
    async run({ cluster, a, b, invalidate }) {
      const load = cluster.reading(key)
      const loader = async (context: LoadContext<unknown>) => {
        const value = await load.loader()
        context.setTags(tags)
        return value
      }
      const loading = b.getOrSet(key, loader)
      await load.reached
      await invalidate(a)
      load.release()
      await loading
    },
  },
  {
    row: 5,
    title: 'a refresh ahead that began before the invalidation ends after it',
    kinds: allKinds,
    async run(stage) {
      const { cluster, a, b, invalidate } = stage
      await fillBoth(stage, { ttl: 10, refreshAhead: 0.5 })
      await cluster.pass(6000)
      const load = cluster.reading(key)
      expect(await b.getOrSet(key, load.loader, { tags, ttl: 10, refreshAhead: 0.5 })).toBe('v1')
      await load.reached
      await invalidate(a)
      load.release()
      await cluster.settle()
    },
  },
  {
    row: 17,
    title: 'there is no room in memory for the key while it is loaded and invalidated',
    kinds: allKinds,
    async run({ cluster, a, invalidate }) {
      const small = await cluster.open('small', { memory: { maxEntries: 1 } })
      const load = cluster.reading(key)
      const loading = small.getOrSet(key, load.loader, { tags })
      await load.reached
      await small.set('user:2', 'other')
      await small.set('user:3', 'other')
      await invalidate(a)
      load.release()
      await loading
    },
  },
  {
    row: 18,
    title: 'the second tier loses everything while the key is loaded, and the key is invalidated',
    kinds: allKinds,
    async run({ cluster, a, b, invalidate }) {
      const load = cluster.reading(key)
      const loading = b.getOrSet(key, load.loader, { tags })
      await load.reached
      await invalidate(a)
      for (const what of ['value', 'lease', 'mark', 'meta', 'registry'] as const) cluster.server.evict(what)
      load.release()
      await loading
      await cluster.pass(600)
    },
  },
  {
    row: 20,
    title: 'the end of an overtaken load leaves the load that follows it alone',
    kinds: ['key', 'namespace', 'pattern'],
    async run({ cluster, a, b, invalidate }) {
      const old = cluster.reading(key)
      const first = b.getOrSet(key, old.loader, { tags })
      await old.reached
      await invalidate(a)
      await cluster.settle()
      const next = cluster.reading(key)
      const second = b.getOrSet(key, next.loader, { tags })
      await next.reached
      old.release()
      await first
      const third = b.getOrSet(key, () => cluster.read(key), { tags })
      await cluster.settle()
      next.release()
      expect(await Promise.all([second, third])).toEqual(['v2', 'v2'])
      expect(cluster.loads).toHaveLength(2)
    },
  },
  {
    row: 20,
    title: 'who joined a load whose tags, known at its end, were invalidated before starts over',
    kinds: ['tag'],
    async run({ cluster, a, b, invalidate }) {
      const old = cluster.reading(key)
      const first = b.getOrSet(key, old.loader, { tags })
      await old.reached
      await invalidate(a)
      await cluster.settle()
      const second = b.getOrSet(key, () => cluster.read(key), { tags })
      await cluster.settle()
      old.release()
      await first
      expect(await second).toBe('v2')
    },
  },
  {
    row: 31,
    title: 'null is loaded while the row is inserted',
    kinds: allKinds,
    async run({ cluster, a, b, invalidate }) {
      cluster.source.set(key, null)
      const load = cluster.reading(key)
      const loading = b.getOrSet(key, load.loader, { tags, negativeTtl: 60 })
      await load.reached
      await invalidate(a)
      load.release()
      await loading
      expect(await cluster.everywhere(key)).not.toContain(null)
    },
  },
  {
    row: 39,
    title: 'a loader answers with the expired value while that is invalidated',
    kinds: allKinds,
    async run(stage) {
      const { cluster, a, b, invalidate } = stage
      const options = { tags, ttl: 1, staleIfError: 60 }
      await fillBoth(stage, options)
      await cluster.pass(1500)
      const pause = cluster.pause()
      let offered: unknown[] = []
      const loading = b.getOrSet(
        key,
        async context => {
          const before = context.stale
          await pause.here()
          offered = [before, context.stale]
          return before
        },
        options,
      )
      await pause.reached
      await invalidate(a)
      await cluster.settle()
      pause.release()
      await loading
      expect(offered).toEqual(['v1', undefined])
    },
  },
]
