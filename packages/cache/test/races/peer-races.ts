import { FakeClock } from '@voiceassist/testkit'
import { expect } from 'vitest'
import { allKinds, fillBoth, key, kinds, type Race, tags } from './race.js'

/** Several writers, several clocks, and holders of leases that stop. */
export const peerRaces: Race[] = [
  {
    row: 11,
    title: 'two writers with versions: their sets arrive in the wrong order',
    async run({ cluster, a, b }) {
      const set = cluster.hold('a', 'set', 'send')
      const first = a.set(key, 'v1', { version: 1 })
      await set.reached
      expect(await b.set(key, 'v2', { version: 2 })).toMatchObject({ stored: true })
      set.release()
      expect(await first).toMatchObject({ stored: false })
      expect(await cluster.everywhere(key)).toEqual(['v2'])
    },
  },
  {
    row: 11,
    title: 'the same without versions: nobody knows which is newer, and neither is kept',
    async run({ cluster, a, b }) {
      const set = cluster.hold('a', 'set', 'send')
      const first = a.set(key, 'v1')
      await set.reached
      await b.set(key, 'v2')
      set.release()
      expect(await first).toMatchObject({ stored: false, remote: 'done' })
    },
  },
  {
    row: 11,
    title: 'a set arrives after the delete of a later version',
    async run({ cluster, a, b }) {
      await b.set(key, 'v2', { version: 2 })
      const set = cluster.hold('a', 'set', 'send')
      const late = a.set(key, 'v1', { version: 1 })
      await set.reached
      await b.delete(key)
      set.release()
      expect(await late).toMatchObject({ stored: false })
    },
  },
  {
    row: 21,
    title: 'the one that loads is an hour ahead, the one that invalidates is right',
    kinds: allKinds,
    async run({ cluster, a, invalidate }) {
      const ahead = await cluster.open('ahead', {}, new FakeClock(cluster.clock.now() + 3_600_000))
      const behind = await cluster.open('behind', {}, new FakeClock(cluster.clock.now() - 3_600_000))
      await ahead.getOrSet(key, () => cluster.read(key), { tags })
      expect(await behind.get(key)).toBe('v1')
      await invalidate(a)
      await cluster.settle()
    },
  },
  {
    row: 22,
    title: 'clocks step back: the server’s, and the wall clock of an instance',
    kinds: allKinds,
    async run(stage) {
      const { cluster, a, invalidate } = stage
      let stepMs = 0
      const stepped = await cluster.open(
        'stepped',
        {},
        {
          now: () => cluster.clock.now() + stepMs,
          monotonic: () => cluster.clock.monotonic(),
          sleep: (ms, signal) => cluster.clock.sleep(ms, signal),
        },
      )
      await fillBoth(stage, { ttl: 10 })
      expect(await stepped.get(key)).toBe('v1')
      stepMs = -3_600_000
      cluster.server.stepClock(stepMs)
      await cluster.pass(9900)
      expect(await cluster.ends(a.get(key))).toBe('v1')
      await cluster.clock.advance(100)
      for (const cache of [a, stepped]) expect((await cache.inspect(key)).memory).toBeUndefined()
      await invalidate(a)
      await cluster.settle()
    },
  },
  {
    row: 26,
    title: 'who holds the lease pauses past its end, a second one loads, the first one fills last',
    async run({ cluster, a, b }) {
      const load = cluster.reading(key)
      const loading = a.getOrSet(key, load.loader)
      await load.reached
      cluster.server.link('a').freeze()
      await cluster.pass(5500)
      cluster.source.set(key, 'v2')
      expect(await cluster.ends(b.getOrSet(key, () => cluster.read(key)))).toBe('v2')
      load.release()
      await cluster.settle()
      cluster.server.link('a').thaw()
      await cluster.ends(loading)
      await cluster.pass(1000)
      expect(await cluster.everywhere(key)).toEqual(['v2'])
    },
  },
  {
    row: 27,
    title: 'who holds the lease dies: the others wait until its end and no longer',
    ownEnd: true,
    async run({ cluster, a, b }) {
      const load = cluster.reading(key)
      const dead = a.getOrSet(key, load.loader)
      dead.catch(() => {})
      await load.reached
      cluster.server.link('a').freeze()
      const waiting = b.getOrSet(key, () => cluster.read(key))
      await cluster.pass(4900)
      expect(cluster.loads).toHaveLength(1)
      await cluster.pass(600)
      expect(await waiting).toBe('v1')
      expect(cluster.loads).toHaveLength(2)
      cluster.server.link('a').thaw()
      load.lose()
    },
  },
  {
    row: 28,
    title: 'two instances invalidate one tag at once, a load began before either',
    async run({ cluster, a, b }) {
      const load = cluster.reading(key)
      const loading = b.getOrSet(key, load.loader, { tags })
      await load.reached
      await Promise.all([kinds.tag(a), kinds.tag(b)])
      load.release()
      await loading
    },
  },
  {
    row: 28,
    title: 'a load between two invalidations of one tag',
    async run({ cluster, a, b }) {
      const step = cluster.hold('b', 'invalidateScope', 'send')
      const second = kinds.tag(b)
      await step.reached
      await kinds.tag(a)
      const load = cluster.reading(key)
      const loading = b.getOrSet(key, load.loader, { tags })
      await load.reached
      step.release()
      await second
      load.release()
      await loading
    },
  },
  {
    row: 29,
    title: 'the answer of a fill is lost: what it stored has its tags',
    kinds: ['tag'],
    async run({ cluster, a, b, invalidate }) {
      const fill = cluster.hold('b', 'fill')
      const loading = b.getOrSet(key, () => cluster.read(key), { tags })
      await fill.reached
      fill.lose()
      await loading
      expect(await a.get(key)).toBe('v1')
      await invalidate(a)
    },
  },
  {
    row: 30,
    title: 'the answer of a set with a version is lost: the version never stands with the old value',
    async run(stage) {
      const { cluster, a, b } = stage
      await a.set(key, 'v1', { version: 1 })
      expect(await b.get(key)).toBe('v1')
      const set = cluster.hold('a', 'set')
      const setting = a.set(key, 'v2', { version: 2 })
      await set.reached
      set.lose()
      expect(await setting).toMatchObject({ remote: 'journaled', stored: false })
      await cluster.pass(600)
      expect(await a.set(key, 'v1', { version: 1 })).toMatchObject({ stored: false })
      expect(await a.set(key, 'v3', { version: 3 })).toMatchObject({ stored: true })
    },
  },
  {
    row: 33,
    title: 'another release left a value that this one cannot read: it is loaded and replaced',
    ownEnd: true,
    async run({ cluster, a, b }) {
      await a.set(key, 'v1')
      for (const { values } of cluster.server.snapshot().spaces.get('va')?.partitions ?? [])
        for (const { envelope } of values.values()) envelope[0] = 99
      cluster.source.set(key, 'v2')
      expect(await b.get(key)).toBeUndefined()
      expect(await b.mget([key])).toEqual(new Map())
      expect(await b.getOrSet(key, () => cluster.read(key))).toBe('v2')
      expect(await b.get(key, { memory: false })).toBe('v2')
    },
  },
  {
    row: 34,
    title: 'one invalidation is one message, and no instance answers it with another',
    kinds: ['key', 'tag', 'namespace', 'set'],
    async run(stage) {
      const { cluster, a, invalidate } = stage
      await fillBoth(stage)
      let told = 0
      cluster.server.messages = ({ to, message }) => {
        if (to === 'b' && message.kind === 'invalidated') told++
        return undefined
      }
      cluster.operations.length = 0
      await invalidate(a)
      await cluster.settle()
      expect(told).toBe(1)
      expect(cluster.operations.filter(({ instance }) => instance === 'b')).toEqual([])
    },
  },
  {
    row: 35,
    title: 'close while a refresh is under way, and one with an invalidation that is journaled',
    async run(stage) {
      const { cluster, a, b } = stage
      await fillBoth(stage, { ttl: 10, refreshAhead: 0.5 })
      await cluster.pass(6000)
      const load = cluster.reading(key)
      await b.getOrSet(key, load.loader, { tags, ttl: 10, refreshAhead: 0.5 })
      await load.reached
      const closing = b.close()
      cluster.server.link('a').cut()
      await a.delete(key)
      cluster.server.link('a').reconnect()
      await cluster.settle()
      await cluster.ends(a.close())
      load.release()
      await cluster.ends(closing)
      cluster.caches.clear()
      const next = await cluster.open('next')
      expect(await next.get(key)).toBeUndefined()
    },
  },
  {
    row: 37,
    title: 'the relay delivers twice, and after a newer set: at worst the newer value is loaded again',
    async run(stage) {
      const { cluster, a, b } = stage
      await fillBoth(stage)
      await a.delete(key)
      await b.set(key, 'v2', { tags })
      await a.delete(key)
      await a.delete(key)
      cluster.source.set(key, 'v2')
      expect(await a.getOrSet(key, () => cluster.read(key))).toBe('v2')
    },
  },
]
