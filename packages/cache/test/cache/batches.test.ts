import { describe, expect, test } from 'vitest'
import type { LoadedMany } from '#src/index'
import { aCache, aCluster, failing, setups } from './setups.js'

const asRecord = (keys: readonly string[]) => Object.fromEntries(keys.map(key => [key, `v ${key}`]))

describe.each(setups)('batches, %s', setup => {
  test('mget answers in the order asked, without what is missing, each key once', async () => {
    const { cache } = await aCache(setup)
    await cache.mset({ a: 1, b: null, c: 0 })
    expect([...(await cache.mget(['c', 'x', 'a', 'c', 'b']))]).toEqual([
      ['c', 0],
      ['a', 1],
      ['b', null],
    ])
    expect(await cache.mget([])).toEqual(new Map())
  })

  test('mset takes a record, a Map, entries and a generator', async () => {
    const { cache } = await aCache(setup)
    function* entries() {
      yield ['k', 4] as const
    }
    let n = 0
    for (const given of [{ k: 1 }, new Map([['k', 2]]), [['k', 3]] as const, entries()]) {
      expect(await cache.mset(given)).toMatchObject({ memory: true, acknowledged: false })
      expect(await cache.get('k')).toBe(++n)
    }
    await cache.mset({}, { tags: ['t'] })
    const many = Object.fromEntries(Array.from({ length: 700 }, (_, at) => [`n:${at}`, at]))
    await cache.mset(many, { tags: ['t'] })
    expect((await cache.mget(Object.keys(many))).size).toBe(700)
    await cache.invalidateTags(['t'])
    expect((await cache.mget(Object.keys(many))).size).toBe(0)
  })

  test.each<[string, (keys: string[]) => LoadedMany<string>]>([
    ['a Map', keys => new Map(Object.entries(asRecord(keys)))],
    ['a record', asRecord],
    ['a record without prototype', keys => Object.assign(Object.create(null), asRecord(keys))],
    ['an aligned array', keys => keys.map(key => `v ${key}`)],
  ])('getOrSetMany takes %s', async (_, loadMany) => {
    const { cache } = await aCache(setup)
    await cache.set('b', 'cached')
    const asked: string[][] = []
    const load = (keys: string[]) => {
      asked.push(keys)
      return loadMany(keys)
    }
    const expected = [
      ['c', 'v c'],
      ['b', 'cached'],
      ['a', 'v a'],
    ]
    for (let at = 0; at < 2; at++)
      expect([...(await cache.getOrSetMany(['c', 'b', 'a', 'c'], load))]).toEqual(expected)
    expect(asked.map(keys => keys.toSorted())).toEqual([['a', 'c']])
  })

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'ab'],
    ['a number', 2],
    ['a short array', [1]],
    ['a Set', new Set([1, 2])],
  ])('getOrSetMany refuses %s, and keeps nothing', async (_, wrong) => {
    const { cache } = await aCache(setup)
    const loading = cache.getOrSetMany(['a', 'b'], () => wrong as [], { negativeTtl: 60 })
    await expect(loading).rejects.toMatchObject({ code: 'CACHE_LOADER_RESULT_INVALID' })
    expect(await cache.mget(['a', 'b'])).toEqual(new Map())
  })

  test('what was not found is asked for again, or remembered as null for negativeTtl', async () => {
    const { cluster, cache } = await aCache(setup)
    const loadMany = (keys: string[]) => {
      for (const key of keys) cluster.read(key)
      return new Map([['a', 1]])
    }
    for (let at = 0; at < 2; at++)
      expect(await cache.getOrSetMany(['a', 'b'], loadMany)).toEqual(new Map([['a', 1]]))
    expect(cluster.loads.toSorted()).toEqual(['a', 'b', 'b'])
    const known = new Map<string, unknown>([
      ['a', 1],
      ['c', null],
    ])
    for (let at = 0; at < 2; at++)
      expect(await cache.getOrSetMany<unknown>(['a', 'c'], loadMany, { negativeTtl: 5 })).toEqual(known)
    expect(cluster.loads.filter(key => key === 'c')).toHaveLength(1)
    await cluster.pass(5000)
    expect(await cache.get('c')).toBeUndefined()
  })

  test('a loader that fails fails the call, and a source that fails is answered by what expired', async () => {
    const { cluster, cache } = await aCache(setup)
    await expect(cache.getOrSetMany(['a', 'b'], failing)).rejects.toThrow('the source is down')
    const atOnce = () => {
      throw new Error('at once')
    }
    await expect(cache.getOrSetMany(['a', 'b'], atOnce)).rejects.toThrow('at once')
    const options = { ttl: 1, staleIfError: 60 }
    await cache.getOrSetMany(['a', 'b'], asRecord, options)
    await cluster.pass(1500)
    const stale = new Map(Object.entries(asRecord(['a', 'b'])))
    expect(await cache.getOrSetMany(['a', 'b'], failing, options)).toEqual(stale)
  })

  test('what is said of the context is said of each key', async () => {
    const { cache } = await aCache(setup)
    await cache.getOrSetMany(['a', 'b'], (keys, context) => {
      context.setTtl(7)
      context.setTags(['t'])
      return asRecord(keys)
    })
    expect((await cache.inspect('a')).memory).toMatchObject({ expiresInMs: 7000, tags: ['t'] })
    await cache.getOrSetMany(['c'], (keys, context) => {
      context.skip()
      return asRecord(keys)
    })
    expect(await cache.get('c')).toBeUndefined()
  })

  test('a caller gives up by its signal', async () => {
    const { cluster, cache } = await aCache(setup)
    const pause = cluster.pause()
    const caller = new AbortController()
    const loadMany = async (keys: string[]) => {
      await pause.here()
      return asRecord(keys)
    }
    const asked = cache.getOrSetMany(['a', 'b'], loadMany, { signal: caller.signal })
    asked.catch(() => {})
    await pause.reached
    caller.abort()
    await expect(asked).rejects.toMatchObject({ code: 'CACHE_ABORTED' })
    pause.release()
    await cluster.settle()
    expect((await cache.mget(['a', 'b'])).size).toBe(2)
  })
})

describe('batches of two instances', () => {
  test('each has what the other wants: neither waits for the other', async () => {
    const cluster = aCluster()
    const [a, b] = [await cluster.open('a'), await cluster.open('b')]
    const asked: string[] = []
    const loadMany = (name: string) => (keys: string[]) => {
      asked.push(`${name} ${keys}`)
      return asRecord(keys)
    }
    const hold = cluster.hold('a', 'acquire')
    const first = a.getOrSetMany(['k1', 'k2'], loadMany('a'))
    await hold.reached
    const second = b.getOrSetMany(['k2', 'k1'], loadMany('b'))
    await cluster.settle()
    hold.release()
    const [one, other] = await Promise.all([cluster.ends(first), second])
    expect(one).toEqual(new Map(Object.entries(asRecord(['k1', 'k2']))))
    expect([...other]).toEqual([...one].toReversed())
    expect(asked.length).toBeLessThanOrEqual(4)
  })

  test('a batch loads what it may while another holds the rest, and waits for that', async () => {
    const cluster = aCluster()
    const [a, b] = [await cluster.open('a'), await cluster.open('b')]
    cluster.source.set('k2', 'from a')
    const load = cluster.reading('k2')
    const held = a.getOrSet('k2', load.loader)
    await load.reached
    const asked: string[][] = []
    const batch = b.getOrSetMany(['k1', 'k2', 'k3'], keys => {
      asked.push(keys)
      return asRecord(keys)
    })
    await cluster.settle()
    expect(asked.map(keys => keys.toSorted())).toEqual([['k1', 'k3']])
    expect(await b.get('k1')).toBe('v k1')
    load.release()
    await held
    expect((await cluster.ends(batch)).get('k2')).toBe('from a')
    expect(asked).toHaveLength(1)
  })
})

test('many keys are asked for in two steps, a small one first, or in one beside another call', async () => {
  const cluster = aCluster()
  const a = await cluster.open('a')
  const b = await cluster.open('b')
  const names = (kind: string) => Array.from({ length: 64 }, (_, at) => `${kind}:${at}`)
  for (const kind of ['x', 'y']) await a.mset(names(kind).map(key => [key, key] as const))
  const asked = () =>
    cluster.operations
      .splice(0)
      .filter(({ name, instance }) => name === 'getMany' && instance === 'b')
      .map(({ args: [keys] }) => (keys as unknown[]).length)
  asked()
  const all = (kind: string) => new Map(names(kind).map(key => [key, key]))
  const first = cluster.hold('b', 'getMany')
  const reads = [b.mget(names('x'), { memory: false }), b.mget(names('y'), { memory: false })]
  await first.reached
  expect(asked()).toEqual([16, 48, 64])
  first.release()
  expect(await Promise.all(reads)).toEqual([all('x'), all('y')])
  expect((await b.mget(names('x').slice(0, 31))).size).toBe(31)
  expect(asked()).toEqual([31])
})

test('what a step of many does not bring, the others do', async () => {
  const cluster = aCluster()
  const a = await cluster.open('a')
  const b = await cluster.open('b')
  const keys = Array.from({ length: 64 }, (_, at) => `x:${at}`)
  await a.mset(keys.map(key => [key, key] as const))
  const lost = cluster.hold('b', 'getMany', 'send')
  const reading = b.mget(keys)
  await lost.reached
  lost.lose()
  expect([...(await reading).keys()]).toEqual(keys.slice(16))
  const again = cluster.hold('b', 'getMany', 'send')
  const loading = b.getOrSetMany(keys, asRecord)
  await again.reached
  again.lose()
  expect((await loading).get('x:0')).toBe('v x:0')
})
