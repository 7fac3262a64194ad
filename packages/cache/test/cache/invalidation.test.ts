import { describe, expect, test } from 'vitest'
import { createCacheIn } from '#src/create-cache'
import type { Cache } from '#src/index'
import { HeardNumbers } from '#src/mirror/heard'
import { seeded } from '../cluster.js'
import { aCache, aCluster, setups } from './setups.js'

describe.each(setups)('invalidation, %s', setup => {
  const remote = setup === 'two tiers' ? 'done' : 'none'
  const tiers = [{}, { memory: false }, {}]

  test('says where it reached', async () => {
    const { cluster, cache } = await aCache(setup)
    await cache.set('user:1', 1, { tags: ['t'] })
    const reached = { memory: true, remote, acknowledged: false }
    expect(await cache.delete('user:1')).toEqual(reached)
    expect(await cache.delete('not there')).toEqual(reached)
    expect(await cache.delete([])).toEqual(reached)
    expect(await cache.invalidateTags(['t'])).toEqual(reached)
    expect(await cache.invalidateTags([])).toEqual(reached)
    expect(await cache.clear(['user', 'other'])).toEqual(reached)
    expect(await cache.deletePattern('*')).toEqual(reached)
    expect(await cache.set('user:1', 1)).toEqual({ ...reached, stored: true })
    expect(await cache.mset({ 'user:1': 1 })).toEqual({ ...reached, stored: true })
    const acknowledged = { ...reached, acknowledged: true }
    expect(await cluster.ends(cache.delete('user:1', { acknowledged: true }))).toEqual(acknowledged)
    const set = cache.set('user:1', 1, { acknowledged: true })
    expect(await cluster.ends(set)).toEqual({ ...acknowledged, stored: true })
  })

  test('tags of a namespace are those of its values, where a call names none', async () => {
    const { cache } = await aCache(setup, { namespaces: { n: { tags: ['all'] } } })
    await cache.set('n:set', 1)
    await cache.getOrSet('n:loaded', () => 1)
    await cache.getOrSetMany(['n:many'], () => [1])
    await cache.set('n:other', 1, { tags: ['own'] })
    await cache.invalidateTags(['all'])
    expect([...(await cache.mget(['n:set', 'n:loaded', 'n:many', 'n:other'])).keys()]).toEqual(['n:other'])
  })

  test('a pattern takes what matches as a whole, and nothing else, in each tier', async () => {
    const { cache } = await aCache(setup)
    const keys = [
      'user:1',
      'user:12',
      'user:2:a',
      'users:1',
      'u*er:1',
      'u\\er',
      '[u]ser:1',
      'USER:1',
      'über:1',
      '𝄞:1',
      '%_',
    ]
    const cases: [string, string[]][] = [
      ['user:?', ['user:1']],
      ['user:*', ['user:1', 'user:12', 'user:2:a']],
      ['*:1', ['user:1', 'users:1', 'u*er:1', '[u]ser:1', 'USER:1', 'über:1', '𝄞:1']],
      ['u\\*er:1', ['u*er:1']],
      ['u\\\\er', ['u\\er']],
      ['?:1', ['𝄞:1']],
      ['?ber:?', ['über:1']],
      ['[u]*', ['[u]ser:1']],
      ['\\u\\ser:1', ['user:1']],
      ['*2*a', ['user:2:a']],
      ['%_', ['%_']],
      ['user', []],
      ['*', keys],
    ]
    for (const [pattern, gone] of cases) {
      await cache.mset(Object.fromEntries(keys.map(key => [key, key])))
      await cache.deletePattern(pattern)
      const left = keys.filter(key => !gone.includes(key))
      for (const options of setup === 'two tiers' ? tiers : [{}])
        expect([pattern, [...(await cache.mget(keys, options)).keys()]]).toEqual([pattern, left])
    }
  })

  test('a namespace is what stands before the first colon', async () => {
    const { cache } = await aCache(setup)
    const keys = ['user:1', 'user:a:b', 'users:1', 'user', ':user', 'default:1']
    await cache.mset(Object.fromEntries(keys.map(key => [key, key])))
    await cache.clear('user')
    expect([...(await cache.mget(keys)).keys()]).toEqual(['users:1', 'user', ':user', 'default:1'])
    await cache.clear(['default', 'none'])
    expect([...(await cache.mget(keys)).keys()]).toEqual(['users:1'])
  })

  test('any of its tags takes a value; what is stored later stays', async () => {
    const { cache } = await aCache(setup)
    await cache.set('one', 1, { tags: ['a', 'b', 'a'] })
    await cache.set('two', 2, { tags: ['b'] })
    await cache.set('plain', 3)
    await cache.invalidateTags(['a', 'unknown'])
    expect([...(await cache.mget(['one', 'two', 'plain'])).keys()]).toEqual(['two', 'plain'])
    await cache.set('one', 4, { tags: ['a'] })
    expect(await cache.get('one')).toBe(4)
    await cache.invalidateTags(['b'])
    expect([...(await cache.mget(['one', 'two', 'plain'])).keys()]).toEqual(['one', 'plain'])
  })

  test('thousands of tags that come and go', async () => {
    const { cache } = await aCache(setup)
    await cache.set('old', 1, { tags: ['first'] })
    await cache.set('kept', 1)
    await cache.invalidateTags(['first'])
    for (let at = 0; at < 160; at++)
      await cache.invalidateTags(Array.from({ length: 100 }, (_, n) => `t${at}:${n}`))
    await cache.set('new', 1, { tags: ['first', 't3:3'] })
    for (const options of setup === 'two tiers' ? tiers : [{}])
      expect([...(await cache.mget(['old', 'kept', 'new'], options)).keys()]).toEqual(['kept', 'new'])
  })

  test('a set with a version is taken over a lower one alone, after a delete too', async () => {
    const { cluster, cache } = await aCache(setup)
    const set = async (value: number, version?: number) =>
      (await cache.set('k', value, { version: version as number })).stored
    expect(await set(1, 5)).toBe(true)
    expect([await set(2, 5), await set(3, 4), await cache.get('k')]).toEqual([false, false, 1])
    expect([await set(4, 6), await cache.get('k')]).toEqual([true, 4])
    await cache.delete('k')
    expect([await set(5, 6), await set(6, 0), await cache.get('k')]).toEqual([false, false, undefined])
    expect([await set(7, 7), await cache.get('k')]).toEqual([true, 7])
    expect([await set(8), await cache.get('k')]).toEqual([true, 8])
    await cache.delete('k')
    await cluster.pass(31_000)
    expect(await set(9, 1)).toBe(true)
  })
})

test('a version of what is kept out of the second tier', async () => {
  const cluster = aCluster()
  const a = await cluster.open('a', { defaults: { remote: false } })
  expect(await a.set('k', 2, { version: 2 })).toMatchObject({ stored: true })
  expect(await a.set('k', 1, { version: 1 })).toMatchObject({ stored: false })
  await cluster.settle()
  expect(await a.get('k')).toBe(2)
  const step = cluster.hold('a', 'invalidateKeys', 'send')
  const late = a.set('k', 3, { version: 3 })
  await step.reached
  expect(await a.set('k', 4, { version: 4 })).toMatchObject({ stored: true })
  step.release()
  expect(await late).toMatchObject({ stored: false })
  await cluster.settle()
  expect(await a.get('k')).not.toBe(3)
  expect(await a.set('k', 5, { version: 5 })).toMatchObject({ stored: true })
})

describe('C4 acknowledged mode', () => {
  test('all who live have confirmed: it returns without waiting', async () => {
    const cluster = aCluster()
    const [a, b] = [await cluster.open('a'), await cluster.open('b')]
    await cluster.pass(2500)
    await b.set('user:1', 'old', { tags: ['t'] })
    expect(await a.get('user:1')).toBe('old')
    for (const run of [
      () => a.delete('user:1', { acknowledged: true }),
      () => a.invalidateTags(['t'], { acknowledged: true }),
      () => a.clear('user', { acknowledged: true }),
      () => a.deletePattern('user:*', { acknowledged: true }),
      () => a.set('user:1', 'new', { acknowledged: true }),
      () => a.mset({ 'user:1': 'new' }, { acknowledged: true }),
    ]) {
      await b.set('user:1', 'old', { tags: ['t'] })
      expect(await a.get('user:1')).toBe('old')
      expect(await run()).toMatchObject({ remote: 'done', acknowledged: true })
      expect(await b.get('user:1')).not.toBe('old')
    }
  })

  test('the message to one is late: it waits for that', async () => {
    const cluster = aCluster()
    const [a, b] = [await cluster.open('a'), await cluster.open('b')]
    await cluster.pass(2500)
    await b.set('user:1', 'old')
    await cluster.settle()
    const bus = cluster.pause()
    cluster.server.messages = ({ to }) => (to === 'b' ? { hold: bus.here() } : undefined)
    let ended = false
    const deleting = a.delete('user:1', { acknowledged: true }).then(() => {
      ended = true
    })
    await cluster.clock.advance(100)
    expect([ended, await b.get('user:1')]).toEqual([false, 'old'])
    bus.release()
    await deleting
    expect(await b.get('user:1')).toBeUndefined()
  })

  test('one is cut off and knows nothing: it waits until nothing is believed there', async () => {
    const cluster = aCluster()
    const [a, b] = [await cluster.open('a'), await cluster.open('b')]
    await cluster.pass(2500)
    await b.set('user:1', 'old')
    cluster.server.link('b').freeze()
    const startedMs = cluster.clock.monotonic()
    let ended = false
    const deleting = a.delete('user:1', { acknowledged: true }).then(() => {
      ended = true
    })
    const served: unknown[] = []
    for (let afterMs = 0; afterMs < 100; ) {
      if (ended) afterMs += 10
      const waiting = cluster.clock.advance(10).then(() => 'no hit')
      served.push([ended, await Promise.race([b.get('user:1'), waiting])])
      await waiting
    }
    expect(served).toContainEqual([false, 'old'])
    expect(served).not.toContainEqual([true, 'old'])
    await deleting
    expect(cluster.clock.monotonic() - startedMs).toBeLessThanOrEqual(2300)
    const hit = b.get('user:1')
    expect(await cluster.ends(hit)).toBeUndefined()
    expect((await a.instances()).map(({ id }) => id)).toEqual(['a'])
    expect(await a.delete('user:1', { acknowledged: true })).toMatchObject({ acknowledged: true })
    cluster.server.link('b').thaw()
    await cluster.pass(1500)
    expect((await a.instances()).map(({ id }) => id).toSorted()).toEqual(['a', 'b'])
    expect(await cluster.ends(b.get('user:1'))).toBeUndefined()
  })

  test('an instance that was stopped serves nothing of before when it wakes up', async () => {
    const cluster = aCluster()
    const a = await cluster.open('a')
    let asleepMs = 0
    const stopped = {
      now: () => cluster.clock.now() + asleepMs,
      monotonic: () => cluster.clock.monotonic() + asleepMs,
      sleep: () => new Promise<void>(() => {}),
    }
    const b = await cluster.open('b', {}, stopped)
    await b.set('user:1', 'old')
    cluster.server.link('b').freeze()
    await cluster.ends(a.delete('user:1', { acknowledged: true }))
    asleepMs = 2000
    const { memory } = await Promise.race([
      b.inspect('user:1'),
      cluster.settle().then(() => ({ memory: undefined })),
    ])
    expect(memory).toBeUndefined()
    cluster.caches.delete('b')
  })

  test('a registry that was lost lets nobody return early', async () => {
    const cluster = aCluster()
    const [a, b] = [await cluster.open('a'), await cluster.open('b')]
    await cluster.pass(2500)
    await b.set('user:1', 'old')
    await cluster.settle()
    cluster.server.messages = ({ to }) => (to === 'b' ? 'drop' : undefined)
    cluster.server.evict('registry')
    const startedMs = cluster.clock.monotonic()
    await cluster.ends(a.delete('user:1', { acknowledged: true }))
    expect(cluster.clock.monotonic() - startedMs).toBeGreaterThanOrEqual(2000)
    expect(await cluster.ends(b.get('user:1'))).toBeUndefined()
  })
})

test('caches of one process know what any of them was told: a set right after another one stays', async () => {
  const cluster = aCluster()
  const heard = new HeardNumbers()
  const [a, b] = ['a', 'b'].map(instance =>
    createCacheIn(
      { remote: cluster.server.tier() },
      { clock: cluster.clock, random: seeded(1), instance, heard },
    ),
  ) as [Cache, Cache]
  await cluster.pass(1000)
  cluster.server.messages = ({ to }) => (to === 'b' ? 'drop' : undefined)
  for (let round = 1; round < 20; round++) {
    expect(await a.set('k', round)).toMatchObject({ stored: true })
    expect(await b.set('k', -round)).toMatchObject({ stored: true })
    await cluster.settle()
    expect(await a.get('k')).toBe(-round)
    await a.delete('k')
    expect(await b.set('k', 'again')).toMatchObject({ stored: true })
  }
})
