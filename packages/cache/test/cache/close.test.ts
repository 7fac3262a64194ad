import { describe, expect, test } from 'vitest'
import type { Cache } from '#src/index'
import { createCache } from '#src/index'
import { aCache, aCluster, setups } from './setups.js'

const closed = { code: 'CACHE_CLOSED' }

describe.each(setups)('close, %s', setup => {
  test('everything is refused afterwards, and closing twice is closing once', async () => {
    const { cluster, cache } = await aCache(setup)
    await cache.set('k', 1)
    const first = cache.close()
    expect(cache.close()).toBe(first)
    await cluster.ends(first)
    await cache[Symbol.asyncDispose]()
    const calls: ((open: Cache) => Promise<unknown>)[] = [
      open => open.get('k'),
      open => open.mget(['k']),
      open => open.getOrSet('k', () => 1),
      open => open.getOrSetMany(['k'], () => [1]),
      open => open.set('k', 1),
      open => open.mset({ k: 1 }),
      open => open.delete('k'),
      open => open.deletePattern('*'),
      open => open.invalidateTags(['t']),
      open => open.clear('default'),
      open => open.inspect('k'),
      open => open.instances(),
    ]
    for (const call of calls) await expect(call(cache)).rejects.toMatchObject(closed)
    expect(cache.stats().tiers.memory.entries).toBe(0)
    await cluster.pass(1000)
    expect(cluster.clock.sleeping).toBe(0)
  })

  test('a load under way ends and answers', async () => {
    const { cluster, cache } = await aCache(setup)
    cluster.source.set('k', 1)
    const load = cluster.reading('k')
    const asked = cache.getOrSet('k', load.loader)
    await load.reached
    const closing = cache.close()
    await cluster.settle()
    load.release()
    expect(await asked).toBe(1)
    await cluster.ends(closing)
  })

  test('a loader that never ends is told after five seconds, and its callers too', async () => {
    const { cluster, cache } = await aCache(setup)
    let told: AbortSignal | undefined
    const asked = cache.getOrSet('k', ({ signal }) => {
      told = signal
      return new Promise(() => {})
    })
    asked.catch(() => {})
    const joined = cache.getOrSet('k', () => 1)
    joined.catch(() => {})
    await cluster.settle()
    const closing = cache.close()
    await cluster.pass(4900)
    expect(told?.aborted).toBe(false)
    await cluster.pass(200)
    await cluster.ends(closing)
    expect(told?.aborted).toBe(true)
    await expect(asked).rejects.toMatchObject(closed)
    await expect(joined).rejects.toMatchObject(closed)
    await cluster.pass(3000)
    expect(cluster.clock.sleeping).toBe(0)
  })
})

describe('close of an instance among others', () => {
  test('an invalidation under way is carried to its end', async () => {
    const cluster = aCluster(1)
    const [a, b] = [await cluster.open('a'), await cluster.open('b')]
    const keys = Array.from({ length: 700 }, (_, at) => `user:${at}`)
    await b.mset(Object.fromEntries(keys.map(key => [key, 'old'])))
    const step = cluster.hold('a', 'invalidateKeys', 'send')
    const deleting = a.delete(keys)
    await step.reached
    const closing = a.close()
    await cluster.settle()
    step.release()
    expect(await deleting).toMatchObject({ remote: 'done' })
    await cluster.ends(closing)
    expect(await b.mget(keys)).toEqual(new Map())
  })

  test('it leaves the list of instances, and nobody waits for it', async () => {
    const cluster = aCluster()
    const [a, b] = [await cluster.open('a', { name: 'one' }), await cluster.open('b', { name: 'two' })]
    await cluster.pass(2500)
    const seen = async () => (await a.instances()).map(({ id, name, self }) => [id, name, self]).toSorted()
    expect(await seen()).toEqual([
      ['a', 'one', true],
      ['b', 'two', false],
    ])
    for (const { lagMs } of await a.instances()) expect(lagMs).toBeLessThanOrEqual(500)
    await cluster.ends(b.close())
    expect(await seen()).toEqual([['a', 'one', true]])
    expect(await a.delete('k', { acknowledged: true })).toMatchObject({ acknowledged: true })
  })

  test('with the second tier away it ends all the same', async () => {
    const cluster = aCluster()
    const a = await cluster.open('a')
    cluster.server.link('a').freeze()
    await cluster.ends(a.delete('k'))
    await cluster.ends(a.close())
    await cluster.pass(1000)
    expect(cluster.clock.sleeping).toBe(0)
  })

  test('await using closes', async () => {
    let kept: Cache
    {
      await using cache = createCache()
      kept = cache
      await cache.set('k', 1)
    }
    await expect(kept.get('k')).rejects.toMatchObject(closed)
  })
})
