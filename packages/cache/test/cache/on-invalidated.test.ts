import { describe, expect, test } from 'vitest'
import type { Cache } from '#src/index'
import { aCache, aCluster, setups } from './setups.js'

const key = 'flags:all'

/** What is heard of a key from now on, until it is asked. */
function heard(cache: Cache, watched = key) {
  let times = 0
  const end = cache.onInvalidated(watched, () => {
    times++
  })
  return {
    end,
    any: () => {
      const any = times > 0
      times = 0
      return any
    },
  }
}

const reaching: [string, (cache: Cache) => Promise<unknown>][] = [
  ['delete', cache => cache.delete(['other', key])],
  ['set', cache => cache.set(key, 1, { memory: false })],
  ['mset', cache => cache.mset({ [key]: 1 })],
  ['clear', cache => cache.clear('flags')],
  ['a pattern', cache => cache.deletePattern('flag?:*')],
  ['a tag', cache => cache.invalidateTags(['perhaps'])],
]
const passing: [string, (cache: Cache) => Promise<unknown>][] = [
  ['delete', cache => cache.delete('flags:al')],
  ['set', cache => cache.set('flags:all2', 1)],
  ['clear', cache => cache.clear(['flag', 'default'])],
  ['a pattern', cache => cache.deletePattern('flags:?')],
  ['a read', cache => cache.get(key)],
  ['a load', cache => cache.getOrSet(key, () => 1, { memory: false })],
]

describe.each(setups)('what a watched key hears, %s', setup => {
  test.each(reaching)('%s reaches it', async (_, act) => {
    const { cache } = await aCache(setup)
    const watch = heard(cache)
    await act(cache)
    expect(watch.any()).toBe(true)
  })

  test.each(passing)('%s of something else does not', async (_, act) => {
    const { cache } = await aCache(setup)
    const watch = heard(cache)
    await act(cache)
    expect(watch.any()).toBe(false)
  })

  test('it is told while the value is void already, and not when it has ended', async () => {
    const { cache } = await aCache(setup)
    await cache.set(key, 'old')
    const seen: Promise<unknown>[] = []
    const end = cache.onInvalidated(key, () => {
      seen.push(cache.get(key))
    })
    await cache.delete(key)
    end()
    end()
    expect(seen.length).toBeGreaterThan(0)
    expect(new Set(await Promise.all(seen))).toEqual(new Set([undefined]))
    seen.length = 0
    await cache.delete(key)
    expect(seen).toEqual([])
  })

  test('a listener that throws is a warning; the others are told, and the invalidation is done', async () => {
    const { cache } = await aCache(setup)
    const warned = new Promise<Error>(resolve => process.once('warning', resolve))
    cache.onInvalidated(key, () => {
      throw new Error('a fault of the listener')
    })
    const watch = heard(cache)
    await cache.set(key, 1)
    await cache.delete(key)
    expect(watch.any()).toBe(true)
    expect(await cache.get(key)).toBeUndefined()
    expect((await warned).message).toBe('a fault of the listener')
  })

  test('there are at most 1,000 listeners of a partition, counted as they end', async () => {
    const { cache } = await aCache(setup)
    const ends = Array.from({ length: 1000 }, () => cache.onInvalidated(key, () => {}))
    const more = () => cache.onInvalidated(key, () => {})
    expect(more).toThrow(expect.objectContaining({ code: 'CACHE_OPTION_INVALID', field: 'listener' }))
    ends[0]?.()
    ends[0]?.()
    more()
    expect(more).toThrow('Over 1000 listeners')
  })
})

test('bad arguments are refused', async () => {
  const { cache } = await aCache('memory alone')
  expect(() => cache.onInvalidated('', () => {})).toThrow(
    expect.objectContaining({ code: 'CACHE_KEY_INVALID' }),
  )
  expect(() => cache.onInvalidated(key, 'no' as never)).toThrow('The listener must be a function')
  await cache.close()
  expect(() => cache.onInvalidated(key, () => {})).toThrow(expect.objectContaining({ code: 'CACHE_CLOSED' }))
})

describe('what another instance hears', () => {
  test.each(reaching)('%s', async (_, act) => {
    const cluster = aCluster()
    const [a, b] = [await cluster.open('a'), await cluster.open('b')]
    const watch = heard(b)
    await act(a)
    await cluster.settle()
    expect(watch.any()).toBe(true)
  })

  test('it is told before it confirms', async () => {
    const cluster = aCluster()
    const [a, b] = [await cluster.open('a'), await cluster.open('b')]
    await cluster.pass(3000)
    const order: string[] = []
    b.onInvalidated(key, () => order.push('told'))
    const confirming = cluster.hold('b', 'confirm', 'send')
    void confirming.reached.then(() => order.push('confirms'))
    const deleted = a.delete(key, { acknowledged: true })
    await confirming.reached
    expect(order).toEqual(['told', 'confirms'])
    confirming.release()
    await cluster.ends(deleted)
  })

  test('a message that is lost is heard of as a gap', async () => {
    const cluster = aCluster(1)
    const [a, b] = [await cluster.open('a'), await cluster.open('b')]
    const watch = heard(b)
    cluster.server.messages = ({ to }) => (to === 'b' ? 'drop' : undefined)
    await a.delete(key)
    await cluster.settle()
    expect(watch.any()).toBe(false)
    cluster.server.messages = () => undefined
    await cluster.pass(1000)
    expect(watch.any()).toBe(true)
  })

  test('lost connections and restarts are heard of', async () => {
    const cluster = aCluster()
    await cluster.open('a')
    const b = await cluster.open('b')
    const watch = heard(b)
    cluster.server.link('b').cut()
    expect(watch.any()).toBe(true)
    cluster.server.link('b').reconnect()
    await cluster.settle()
    expect(watch.any()).toBe(true)
    cluster.server.restart({ values: 'lost' })
    await cluster.pass(1000)
    expect(watch.any()).toBe(true)
  })

  test('a machine that was suspended tells it when it wakes', async () => {
    const cluster = aCluster()
    let asleepMs = 0
    const { clock } = cluster
    const b = await cluster.open(
      'b',
      {},
      {
        now: () => clock.now() + asleepMs,
        monotonic: () => clock.monotonic(),
        sleep: (ms, signal) => clock.sleep(ms, signal),
      },
    )
    const watch = heard(b)
    await cluster.pass(1000)
    expect(watch.any()).toBe(false)
    asleepMs = 60_000
    await cluster.pass(1000)
    expect(watch.any()).toBe(true)
  })
})
