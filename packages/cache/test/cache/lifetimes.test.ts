import { describe, expect, test } from 'vitest'
import { aCache, aCluster, setups } from './setups.js'

describe.each(setups)('lifetimes, %s', setup => {
  test('a value is served until its expiry and not at it, counted from the start of the load', async () => {
    const { cluster, cache } = await aCache(setup)
    const pause = cluster.pause()
    const loading = cache.getOrSet('loaded', () => pause.here().then(() => 1), { ttl: 2 })
    await pause.reached
    await cluster.clock.advance(500)
    pause.release()
    await loading
    await cache.set('set', 1, { ttl: 1.5 })
    const everyWay = async () => [
      ...(await Promise.all(['loaded', 'set'].map(key => cache.get(key)))),
      ...(await Promise.all(
        ['loaded', 'set'].map(key => cache.get(key, { memory: setup === 'memory alone' })),
      )),
      ...(await cache.mget(['loaded', 'set'])).values(),
    ]
    await cluster.clock.advance(1499)
    expect(await everyWay()).toEqual([1, 1, 1, 1, 1, 1])
    await cluster.clock.advance(1)
    expect(await everyWay()).toEqual([undefined, undefined, undefined, undefined])
    await cluster.clock.advance(1)
    expect(await cache.getOrSet('loaded', () => 2)).toBe(2)
  })

  test('a load that took longer than its TTL answers, and is not served again', async () => {
    const { cluster, cache } = await aCache(setup)
    const pause = cluster.pause()
    const loading = cache.getOrSet('k', () => pause.here().then(() => 1), { ttl: 1 })
    await pause.reached
    await cluster.pass(1000)
    pause.release()
    expect(await loading).toBe(1)
    expect(await cache.get('k')).toBeUndefined()
  })

  test('numbers are seconds, strings carry their unit, and a namespace has its own', async () => {
    const { cache } = await aCache(setup, {
      defaults: { ttl: '1h' },
      namespaces: { short: { ttl: '250ms' } },
    })
    await cache.set('k', 1)
    await cache.set('short:1', 1)
    await cache.set('short:2', 1, { ttl: 30 })
    const left = async (key: string) => (await cache.inspect(key)).memory?.expiresInMs
    expect([await left('k'), await left('short:1'), await left('short:2')]).toEqual([3_600_000, 250, 30_000])
  })

  test('jitter only shortens, and by at most its share', async () => {
    const { cache } = await aCache(setup)
    const lives: number[] = []
    for (let at = 0; at < 200; at++) {
      await cache.set(`k:${at}`, 1, { ttl: 100, jitter: 0.2 })
      lives.push((await cache.inspect(`k:${at}`)).memory?.expiresInMs ?? 0)
    }
    expect(Math.max(...lives)).toBeLessThanOrEqual(100_000)
    expect(Math.max(...lives)).toBeGreaterThan(98_000)
    expect(Math.min(...lives)).toBeGreaterThanOrEqual(80_000)
    expect(Math.min(...lives)).toBeLessThan(82_000)
  })

  test('negativeTtl is for null, setTtl outranks both', async () => {
    const { cache } = await aCache(setup, { defaults: { ttl: 100, negativeTtl: 5 } })
    await cache.getOrSet('null', () => null)
    await cache.set('set null', null)
    await cache.getOrSet('value', () => 0)
    await cache.getOrSet('said', context => {
      context.setTtl('7s')
      return null
    })
    const left = async (key: string) => (await cache.inspect(key)).memory?.expiresInMs
    const keys = ['null', 'set null', 'value', 'said']
    expect(await Promise.all(keys.map(left))).toEqual([5000, 5000, 100_000, 7000])
  })

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 30 * 86_400 + 1, 'soon', '0s', '31d', true])(
    'ttl %s is refused',
    async ttl => {
      const { cache } = await aCache(setup)
      const refused = { code: 'CACHE_OPTION_INVALID', field: 'ttl' }
      await expect(cache.set('k', 1, { ttl: ttl as number })).rejects.toMatchObject(refused)
      await expect(cache.getOrSet('k', () => 1, { ttl: ttl as number })).rejects.toMatchObject(refused)
      const saying = cache.getOrSet('k', context => context.setTtl(ttl as number))
      await expect(saying).rejects.toMatchObject(refused)
      expect(await cache.get('k')).toBeUndefined()
    },
  )

  test('30 days are allowed', async () => {
    const { cache } = await aCache(setup)
    await cache.set('k', 1, { ttl: 30 * 86_400, staleIfError: '30d' })
    expect((await cache.inspect('k')).memory?.expiresInMs).toBe(30 * 86_400_000)
  })
})

test('an instance that takes a value over does not lengthen its life', async () => {
  const cluster = aCluster()
  const [a, b] = [await cluster.open('a'), await cluster.open('b')]
  await a.set('k', 1, { ttl: 10 })
  await cluster.pass(9000)
  expect([await b.get('k'), [...(await b.mget(['k'])).values()]]).toEqual([1, [1]])
  expect((await b.inspect('k')).memory?.expiresInMs).toBe(1000)
  await cluster.clock.advance(999)
  expect(await b.get('k')).toBe(1)
  await cluster.clock.advance(1)
  expect([await b.get('k'), await a.get('k')]).toEqual([undefined, undefined])
})
