import { expect } from 'vitest'
import { allKinds, fillBoth, key, type Race, tags } from './race.js'

/** The second tier's old value on its way into memory, and values that are removed while others read. */
export const readRaces: Race[] = [
  {
    row: 2,
    title: 'a plain read brings the old value, the invalidation overtakes its answer',
    kinds: allKinds,
    async run({ cluster, a, b, invalidate }) {
      await a.getOrSet(key, () => cluster.read(key), { tags })
      const get = cluster.hold('b', 'get')
      const reading = b.get(key)
      await get.reached
      await invalidate(a)
      await cluster.settle()
      get.release()
      expect(await reading).not.toBe('v1')
    },
  },
  {
    row: 2,
    title: 'the same, and the answer comes before the message',
    kinds: allKinds,
    async run({ cluster, a, b, invalidate }) {
      await a.getOrSet(key, () => cluster.read(key), { tags })
      const get = cluster.hold('b', 'get')
      const reading = b.getOrSet(key, () => cluster.read(key), { tags })
      await get.reached
      const bus = cluster.pause()
      cluster.server.messages = ({ to }) => (to === 'b' ? { hold: bus.here() } : undefined)
      await invalidate(a)
      get.release()
      await reading
      bus.release()
      await cluster.settle()
    },
  },
  {
    row: 2,
    title: 'the answer that grants no lease but brings the value is overtaken',
    kinds: allKinds,
    async run({ cluster, a, b, invalidate }) {
      const get = cluster.hold('b', 'get')
      const acquire = cluster.hold('b', 'acquire')
      const reading = b.getOrSet(key, () => cluster.read(key), { tags })
      await get.reached
      await a.getOrSet(key, () => cluster.read(key), { tags })
      get.release()
      await acquire.reached
      await invalidate(a)
      await cluster.settle()
      acquire.release()
      await reading
    },
  },
  {
    row: 3,
    title: 'the same instance reads the second tier while its own invalidation is on the way',
    kinds: allKinds,
    async run({ cluster, a, b, invalidate }) {
      await b.getOrSet(key, () => cluster.read(key), { tags })
      const names = ['invalidateKeys', 'invalidateScope', 'set'] as const
      const step = names.map(name => cluster.hold('a', name, 'send'))
      const invalidating = invalidate(a)
      await Promise.race(step.map(each => each.reached))
      expect(await a.get(key)).toBe('v1')
      for (const each of step) each.release()
      await invalidating
      expect(await a.get(key)).not.toBe('v1')
    },
  },
  {
    row: 16,
    title: 'the message is there, the stored values are not removed yet, another instance reads',
    kinds: ['namespace', 'pattern', 'tag'],
    async run(stage) {
      const { cluster, a, b, invalidate } = stage
      await fillBoth(stage)
      const scan = cluster.hold('a', 'scan', 'send')
      const invalidating = invalidate(a)
      await cluster.settle()
      expect(await b.get(key)).toBeUndefined()
      expect(await b.get(key, { memory: false })).toBeUndefined()
      expect(await b.mget([key])).toEqual(new Map())
      expect((await b.inspect(key)).remote).toBeUndefined()
      scan.release()
      await invalidating
    },
  },
  {
    row: 19,
    title: 'what expired is cleaned up while a fresh value takes its place',
    ownEnd: true,
    async run(stage) {
      const { cluster, a, b } = stage
      await fillBoth(stage, { ttl: 1 })
      await cluster.pass(1500)
      const reads = [a.get(key), b.get(key), a.get(key, { memory: false })]
      await b.set(key, 'v3')
      await Promise.all(reads)
      await b.clear('else')
      await cluster.pass(2000)
      expect(await cluster.everywhere(key)).toEqual(['v3'])
    },
  },
  {
    row: 23,
    title: 'a value that another instance takes over ends when it would have ended',
    ownEnd: true,
    async run({ cluster, a, b }) {
      const pause = cluster.pause()
      const loading = a.getOrSet(key, () => pause.here().then(() => 'v1'), { ttl: 10 })
      await pause.reached
      await cluster.pass(4000)
      pause.release()
      await loading
      expect(await b.get(key)).toBe('v1')
      await cluster.clock.advance(5999)
      expect(await cluster.everywhere(key)).toEqual(['v1'])
      await cluster.clock.advance(1)
      expect(await cluster.everywhere(key)).toEqual([])
    },
  },
  {
    row: 32,
    title: 'values that are falsy are values, in each tier',
    ownEnd: true,
    async run({ cluster, a, b }) {
      for (const value of [0, '', false, null, Number.NaN]) {
        const name = `user:${String(value)}`
        await a.getOrSet(name, () => value)
        for (const cache of [a, b]) {
          for (const options of [{}, { memory: false }, {}]) {
            expect(await cache.get(name, options)).toBe(value)
            expect(await cache.mget([name], options)).toEqual(new Map([[name, value]]))
          }
          expect(await cache.getOrSet(name, () => cluster.read(name))).toBe(value)
        }
      }
      expect(cluster.loads).toEqual([])
    },
  },
  {
    row: 40,
    title: 'what was invalidated does not come back when its source fails',
    kinds: allKinds.filter(kind => kind !== 'set'),
    async run(stage) {
      const { cluster, a, b, invalidate } = stage
      const options = { tags, ttl: 1, staleIfError: 60 }
      await fillBoth(stage, options)
      await cluster.pass(1500)
      const fails = () => Promise.reject(new Error('the source is down'))
      expect(await b.getOrSet(key, fails, options)).toBe('v1')
      await invalidate(a)
      await cluster.settle()
      for (const cache of [a, b]) {
        await expect(cache.getOrSet(key, fails, options)).rejects.toThrow('the source is down')
        await expect(cache.getOrSetMany([key], fails, options)).rejects.toThrow('the source is down')
      }
      const fresh = await cluster.open('fresh')
      await expect(fresh.getOrSet(key, fails, options)).rejects.toThrow('the source is down')
    },
  },
  {
    row: 40,
    title: 'the invalidation comes while the loader is failing',
    kinds: allKinds.filter(kind => kind !== 'set'),
    async run(stage) {
      const { cluster, a, b, invalidate } = stage
      const options = { tags, ttl: 1, staleIfError: 60 }
      await fillBoth(stage, options)
      await cluster.pass(1500)
      const load = cluster.reading(key)
      const loading = b.getOrSet(key, load.loader, options)
      await load.reached
      await invalidate(a)
      await cluster.settle()
      load.lose()
      await expect(loading).rejects.toThrow('lost by the test')
    },
  },
  {
    row: 41,
    title: 'one key of a batch is invalidated between the answer of the second tier and memory',
    kinds: allKinds.filter(kind => kind !== 'namespace'),
    async run({ cluster, a, b, invalidate }) {
      await a.getOrSet(key, () => cluster.read(key), { tags })
      await a.set('team:2', 'other')
      const getMany = cluster.hold('b', 'getMany')
      const reading = b.mget([key, 'team:2'])
      await getMany.reached
      await invalidate(a)
      await cluster.settle()
      getMany.release()
      const read = await reading
      expect(read.get(key)).not.toBe('v1')
      expect(read.get('team:2')).toBe('other')
    },
  },
  {
    row: 41,
    title: 'one key of an mset fails on its way: none of them keeps its old value',
    async run(stage) {
      const { cluster, a } = stage
      await fillBoth(stage)
      const set = cluster.hold('a', 'set', 'send')
      const setting = a.mset({ [key]: 'v2', 'user:2': 'v2' })
      await set.reached
      set.lose()
      expect(await setting).toMatchObject({ remote: 'journaled' })
      expect(await cluster.ends(a.get(key))).not.toBe('v1')
      await cluster.pass(1000)
    },
  },
  {
    row: 42,
    title: 'a caller changes what it was given, or what it gave',
    ownEnd: true,
    async run({ a, b }) {
      for (const copy of ['freeze', 'clone'] as const) {
        const name = `user:${copy}`
        const mine = { list: [1], when: new Date(0), by: new Map([['a', [1]]]) }
        await a.set(name, mine, { copy })
        mine.list.push(2)
        mine.when.setTime(5)
        for (const cache of [a, b, a, b]) {
          const got = await cache.get<typeof mine>(name)
          expect(got).toEqual({ list: [1], when: new Date(0), by: new Map([['a', [1]]]) })
          got?.when.setTime(9)
          got?.by.clear()
          try {
            got?.list.push(3)
          } catch {
            // frozen
          }
        }
      }
    },
  },
]
