import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, describe, expect, test } from 'vitest'
import type { CacheEvent } from '#src/index'
import { aCache, aCluster, failing, setups } from './setups.js'

let events: CacheEvent[] = []
const listen = (event: unknown) => void events.push(event as CacheEvent)
afterEach(() => {
  unsubscribe('voiceassist:cache', listen)
  events = []
})

describe.each(setups)('stats, %s', setup => {
  test('every read is a hit or a miss, of one tier', async () => {
    const { cluster, cache } = await aCache(setup)
    await cache.get('user:1')
    await cache.getOrSet('user:1', () => 1)
    await cache.getOrSet('user:1', () => 1)
    await cache.get('user:1')
    await cache.mget(['user:1', 'user:2', 'team:1'])
    await cache.getOrSetMany(['user:1', 'user:3'], keys => keys.map(() => 1))
    await cache.getOrSet('user:4', failing).catch(() => {})
    await cache.get('user:1', { memory: false })
    const shared = setup === 'two tiers'
    const { tiers, namespaces } = cache.stats()
    const hits = shared ? 5 : 4
    const misses = shared ? 5 : 6
    expect(namespaces.user).toEqual({
      hits,
      memoryHits: 4,
      remoteHits: shared ? 1 : 0,
      misses,
      hitRate: hits / 10,
      loads: 3,
      loadErrors: 1,
      entries: 2,
    })
    expect(namespaces.team).toMatchObject({ hits: 0, misses: 1, hitRate: 0, loads: 0 })
    const { memory, remote } = tiers
    expect([memory.hits + memory.misses, memory.hits + remote.hits, memory.entries]).toEqual([11, hits, 2])
    expect(memory.misses).toBe(shared ? remote.hits + remote.misses : misses + 1)
    expect([remote.hits, remote.misses]).toEqual(shared ? [1, 6] : [0, 0])
    expect(memory.hitRate).toBeCloseTo(memory.hits / 11)
    await cluster.pass(6000)
    expect(cache.stats().tiers.remote.entries).toBe(shared ? 2 : 0)
  })

  test('entries, bytes and evictions of memory follow what it holds', async () => {
    const { cluster, cache } = await aCache(setup, { memory: { maxEntries: 10 } })
    for (let at = 0; at < 30; at++) await cache.set(`user:${at}`, 'x'.repeat(100))
    const { entries, bytes, evictions } = cache.stats().tiers.memory
    expect([entries, evictions]).toEqual([10, 20])
    expect(bytes).toBeGreaterThan(1000)
    await cache.clear('user')
    await cluster.pass(1500)
    await cache.set('user:0', 1)
    expect(cache.stats().namespaces.user?.entries).toBe(1)
  })

  test('inspect says where a key stands, and counts nothing', async () => {
    const { cluster, cache } = await aCache(setup, { namespaces: { patient: { sensitive: true } } })
    await cache.set('user:1', 'value', { ttl: 60, tags: ['t'] })
    const before = JSON.stringify(cache.stats().namespaces)
    const state = { expiresInMs: 60_000, bytes: expect.any(Number), tags: ['t'] }
    expect(await cache.inspect('user:1')).toEqual({
      key: 'user:1',
      namespace: 'user',
      sensitive: false,
      memory: state,
      ...(setup === 'two tiers' && { remote: state }),
    })
    expect(await cache.inspect('patient:1')).toEqual({
      key: 'patient:1',
      namespace: 'patient',
      sensitive: true,
    })
    await cluster.pass(60_000)
    expect(await cache.inspect('user:1')).toEqual({ key: 'user:1', namespace: 'user', sensitive: false })
    expect(JSON.stringify({ ...cache.stats().namespaces, patient: undefined })).toBe(before)
  })

  test('what is published holds no key, tag or value', async () => {
    const { cluster, cache } = await aCache(setup, { memory: { maxEntries: 2 } })
    subscribe('voiceassist:cache', listen)
    const secret = 'SECRET'
    for (let at = 0; at < 5; at++) await cache.set(`user:${secret}${at}`, secret, { tags: [secret] })
    await cache.getOrSet(`user:${secret}`, () => secret, { tags: [secret] })
    await cache.getOrSet(`user:${secret}!`, () => Promise.reject(new Error(secret))).catch(() => {})
    await cache.delete(`user:${secret}`, { acknowledged: false })
    await cache.deletePattern(`user:${secret}*`)
    await cache.invalidateTags([secret])
    await cluster.ends(cache.clear('user', { acknowledged: true }))
    await cluster.settle()
    const seen = new Set(events.map(({ kind }) => kind))
    for (const kind of ['invalidation', 'load', 'eviction'] as const) expect(seen).toContain(kind)
    expect(JSON.stringify(events)).not.toContain(secret)
    const by = events.flatMap(event => (event.kind === 'invalidation' ? [event.by] : []))
    expect(by).toEqual(['set', 'set', 'set', 'set', 'set', 'key', 'pattern', 'tag', 'namespace'])
    expect(events.filter(({ kind }) => kind === 'acknowledged')).toHaveLength(setup === 'two tiers' ? 1 : 0)
  })
})

describe.each(setups)('verifyHits, %s', setup => {
  const stale = () => events.filter(({ kind }) => kind === 'stale-read')

  test('counts nothing while each change is invalidated', async () => {
    const { cluster, cache } = await aCache(setup, { verifyHits: 1 })
    subscribe('voiceassist:cache', listen)
    for (let version = 0; version < 20; version++) {
      cluster.source.set('user:1', version)
      if (version % 3 > 0) await cache.delete('user:1')
      else await cache.set('user:1', version)
      for (let at = 0; at < 3; at++)
        expect(await cache.getOrSet('user:1', () => cluster.read('user:1'))).toBe(version)
      await cluster.pass(version % 2 === 0 ? 5000 : 100)
    }
    expect(cluster.loads.length).toBeGreaterThan(20)
    expect(stale()).toEqual([])
  })

  test('publishes a change that nobody invalidated, once it must have arrived', async () => {
    const { cluster, cache } = await aCache(setup, { verifyHits: 1 })
    subscribe('voiceassist:cache', listen)
    cluster.source.set('user:1', { n: 1 })
    const ask = () => cache.getOrSet('user:1', () => cluster.read('user:1'))
    await ask()
    await ask()
    await cluster.pass(4000)
    expect(stale()).toEqual([])
    cluster.source.set('user:1', { n: 2 })
    expect(await ask()).toEqual({ n: 1 })
    await cluster.pass(2000)
    expect(stale()).toEqual([])
    await cluster.pass(2000)
    expect(stale()).toEqual([{ kind: 'stale-read', namespace: 'user' }])
  })

  test('a source that fails says nothing, and troubles nobody', async () => {
    const { cluster, cache } = await aCache(setup, { verifyHits: 1 })
    subscribe('voiceassist:cache', listen)
    await cache.set('user:1', 1)
    const atOnce = () => {
      throw new Error('at once')
    }
    expect(await cache.getOrSet('user:1', failing)).toBe(1)
    await cluster.settle()
    expect(await cache.getOrSet('user:1', atOnce)).toBe(1)
    await cluster.pass(4000)
    expect(stale()).toEqual([])
  })
})

describe('C2 one loader', () => {
  test('for a key over all instances, and the others get what it brings', async () => {
    const cluster = aCluster()
    const caches = await Promise.all(['a', 'b', 'c', 'd'].map(name => cluster.open(name)))
    cluster.source.set('user:1', 'loaded')
    const load = cluster.reading('user:1')
    const asked = caches.flatMap(cache =>
      Array.from({ length: 25 }, () => cache.getOrSet('user:1', load.loader)),
    )
    await load.reached
    await cluster.pass(12_000)
    load.release()
    const answers = await cluster.ends(Promise.all(asked))
    expect([new Set(answers), cluster.loads]).toEqual([new Set(['loaded']), ['user:1']])
  })

  test('it fails: one of those who wait loads next', async () => {
    const cluster = aCluster()
    const [a, b] = [await cluster.open('a'), await cluster.open('b')]
    const load = cluster.reading('user:1')
    const first = a.getOrSet('user:1', load.loader)
    await load.reached
    const second = b.getOrSet('user:1', () => 'second')
    await cluster.settle()
    load.lose()
    await expect(first).rejects.toThrow('lost')
    expect(await cluster.ends(second)).toBe('second')
  })

  test('refreshes ahead run once over all instances', async () => {
    const cluster = aCluster()
    const caches = await Promise.all(['a', 'b', 'c'].map(name => cluster.open(name)))
    const options = { ttl: 10, refreshAhead: 0.5 }
    for (const cache of caches) await cache.getOrSet('user:1', () => cluster.read('user:1') ?? 1, options)
    await cluster.pass(6000)
    cluster.loads.length = 0
    const load = cluster.reading('user:1')
    for (const cache of caches) expect(await cache.getOrSet('user:1', load.loader, options)).toBe(1)
    await cluster.settle()
    load.release()
    await cluster.settle()
    expect(cluster.loads).toEqual(['user:1'])
  })
})

describe('C6 hits are cheap', () => {
  test('a hit in memory asks the second tier nothing, tags included; a hit there is one plain read', async () => {
    const cluster = aCluster()
    const [a, b] = [await cluster.open('a'), await cluster.open('b')]
    await a.set('user:1', 1, { tags: ['t'] })
    cluster.operations.length = 0
    expect(await b.get('user:1')).toBe(1)
    expect(cluster.operations.map(({ name }) => name)).toEqual(['get'])
    for (let at = 0; at < 10; at++) {
      await b.getOrSet('user:1', () => 2)
      await b.get('user:1')
      await b.mget(['user:1'])
      await b.getOrSetMany(['user:1'], () => [2])
    }
    expect(cluster.operations).toHaveLength(1)
    expect(await b.mget(['user:2', 'user:3', 'user:4'])).toEqual(new Map())
    expect(cluster.operations.map(({ name }) => name)).toEqual(['get', 'getMany'])
  })
})
