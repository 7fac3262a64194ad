import { expect } from 'vitest'
import { allKinds, fillBoth, key, type Race, tags } from './race.js'

/** Bus, connection or server away while something is invalidated. */
export const outageRaces: Race[] = [
  {
    row: 6,
    title: 'the other instance cannot reach the second tier when the message comes',
    kinds: allKinds,
    async run(stage) {
      const { cluster, a, b, invalidate } = stage
      await fillBoth(stage)
      cluster.server.link('b').cut()
      await invalidate(a)
      await cluster.settle()
      expect(await b.get(key)).toBeUndefined()
      expect(await b.getOrSet(key, () => cluster.read(key), { tags })).toBe('v2')
      cluster.server.link('b').reconnect()
      expect(await cluster.ends(b.get(key))).not.toBe('v1')
      await cluster.pass(600)
    },
  },
  {
    row: 7,
    title: 'the other instance is not subscribed when the message goes out, and comes back',
    kinds: allKinds,
    async run(stage) {
      const { cluster, a, b, invalidate } = stage
      await fillBoth(stage)
      cluster.server.link('b').cutBus()
      await invalidate(a)
      cluster.server.link('b').reconnectBus()
      await cluster.settle()
      expect(await cluster.ends(b.get(key))).not.toBe('v1')
    },
  },
  {
    row: 7,
    title: 'the message is lost and nobody is told: within two seconds nothing is believed',
    kinds: allKinds,
    async run(stage) {
      const { cluster, a, invalidate } = stage
      await fillBoth(stage)
      cluster.server.messages = ({ to }) => (to === 'b' ? 'drop' : undefined)
      await invalidate(a)
      await cluster.pass(2000)
    },
  },
  {
    row: 7,
    title: 'a message is lost, the next one shows the gap at once',
    kinds: allKinds,
    async run(stage) {
      const { cluster, a, invalidate } = stage
      await fillBoth(stage)
      let lost = 0
      cluster.server.messages = ({ to }) => (to === 'b' && lost++ === 0 ? 'drop' : undefined)
      await invalidate(a)
      await a.invalidateTags(['another'])
      await cluster.settle()
    },
  },
  {
    row: 8,
    title: 'the second tier is away for who invalidates, and heals',
    kinds: allKinds,
    async run(stage) {
      const { cluster, a, invalidate } = stage
      await fillBoth(stage)
      cluster.server.link('a').cut()
      expect(await invalidate(a)).toMatchObject({ memory: true, remote: 'journaled', acknowledged: false })
      expect(await a.get(key)).toBeUndefined()
      cluster.server.link('a').reconnect()
      expect(await cluster.ends(a.get(key))).not.toBe('v1')
      await cluster.pass(600)
    },
  },
  {
    row: 8,
    title: 'the answer is lost: it ran, or it did not, or it runs later',
    kinds: allKinds,
    async run(stage) {
      const { cluster, a, invalidate } = stage
      await fillBoth(stage)
      const names = ['invalidateKeys', 'invalidateScope', 'set'] as const
      const steps = names.map(name => cluster.hold('a', name, 'send'))
      const invalidating = invalidate(a)
      await cluster.pass(200)
      expect(await invalidating).toMatchObject({ remote: 'journaled' })
      expect(await cluster.ends(a.get(key))).not.toBe('v1')
      await cluster.pass(600)
      expect(await cluster.ends(a.getOrSet(key, () => cluster.read(key), { tags }))).toBe('v2')
      for (const step of steps) step.release()
      await cluster.settle()
    },
  },
  {
    row: 9,
    title: 'a set fails in the second tier, which keeps its old value',
    kinds: ['set'],
    async run(stage) {
      const { cluster, a, b, invalidate } = stage
      await fillBoth(stage)
      const set = cluster.hold('a', 'set', 'send')
      const setting = invalidate(a)
      await set.reached
      set.lose()
      expect(await setting).toMatchObject({ remote: 'journaled', stored: false })
      await cluster.pass(600)
      for (const cache of [a, b])
        expect(await cluster.ends(cache.getOrSet(key, () => cluster.read(key)))).toBe('v2')
    },
  },
  {
    row: 10,
    title: 'messages come in another order, and twice',
    kinds: allKinds,
    async run(stage) {
      const { cluster, a, b, invalidate } = stage
      await fillBoth(stage)
      const late: ReturnType<typeof cluster.pause>[] = []
      cluster.server.messages = ({ to }) => {
        if (to !== 'b') return undefined
        const copies = [cluster.pause(), cluster.pause()]
        late.push(...copies)
        return { copies: copies.map(each => each.here()) }
      }
      await invalidate(a)
      await a.set(key, 'v3', { tags })
      for (const each of late.toReversed()) {
        each.release()
        await cluster.settle()
      }
      await cluster.pass(600)
      for (const cache of [a, b]) expect(await cluster.ends(cache.get(key))).toBe('v3')
    },
  },
  {
    row: 24,
    title: 'the records of the second tier are evicted after an invalidation that they alone carry',
    kinds: ['tag', 'namespace', 'key', 'set'],
    async run(stage) {
      const { cluster, a, invalidate } = stage
      await fillBoth(stage)
      await invalidate(a)
      cluster.server.evict('meta')
      await cluster.pass(600)
    },
  },
  {
    row: 24,
    title: 'the lease and the marks are evicted while a load and a late set are under way',
    kinds: allKinds,
    async run({ cluster, a, b, invalidate }) {
      const load = cluster.reading(key)
      const loading = b.getOrSet(key, load.loader, { tags })
      await load.reached
      await invalidate(a)
      cluster.server.evict('lease')
      cluster.server.evict('mark')
      load.release()
      await loading
    },
  },
  {
    row: 25,
    title: 'a copy of the second tier from before the invalidation takes its place',
    kinds: allKinds,
    async run(stage) {
      const { cluster, a, invalidate } = stage
      await fillBoth(stage)
      const before = cluster.server.snapshot()
      await invalidate(a)
      cluster.server.restart({ values: before })
      await cluster.settle()
      await cluster.pass(600)
    },
  },
  {
    row: 25,
    title: 'the same, and nobody tells the instances before they connect again',
    kinds: allKinds,
    async run(stage) {
      const { cluster, a, invalidate } = stage
      await fillBoth(stage)
      const before = cluster.server.snapshot()
      await invalidate(a)
      cluster.server.restart({ values: before, unnoticed: ['a', 'b'] })
      await cluster.pass(1000)
      for (const name of ['a', 'b']) {
        cluster.server.link(name).reconnectBus()
        cluster.server.link(name).reconnect()
      }
      await cluster.pass(600)
    },
  },
  {
    row: 25,
    title: 'the counter goes back behind what was seen: nothing is believed any more',
    ownEnd: true,
    async run(stage) {
      const { cluster, b } = stage
      await fillBoth(stage)
      const { gate } = cluster.server
      cluster.server.gate = operation => {
        if (operation.name !== 'positions' || operation.instance !== 'b') return gate(operation)
        const goBack = (replies: unknown) => {
          for (const reply of replies as { seq: number }[]) reply.seq--
        }
        cluster.server.gate = gate
        return { ran: goBack }
      }
      await cluster.pass(1100)
      expect(await cluster.everywhere(key)).toEqual([])
      expect(await b.getOrSet(key, () => 'v2', { tags })).toBe('v2')
    },
  },
  {
    row: 38,
    title: 'what was journaled is sent after a newer value of another instance',
    kinds: allKinds,
    async run(stage) {
      const { cluster, a, b, invalidate } = stage
      await fillBoth(stage)
      cluster.server.link('a').cut()
      await invalidate(a)
      await cluster.ends(b.set(key, 'v3', { tags }))
      cluster.server.link('a').reconnect()
      await cluster.pass(600)
      expect(await cluster.everywhere(key)).not.toContain('v2')
      cluster.source.set(key, 'v3')
      for (const cache of [a, b])
        expect(await cluster.ends(cache.getOrSet(key, () => cluster.read(key)))).toBe('v3')
    },
  },
]
