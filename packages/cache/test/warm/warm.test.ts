import { memoryServer } from '@voiceassist/cache/testing'
import { FakeClock, seededRandom } from '@voiceassist/testkit'
import { describe, expect, test } from 'vitest'
import { createCacheIn } from '#src/create-cache'

const loaders = { user: (keys: string[]) => keys.map(key => `${key} of the source`) }

function surroundings(clock: FakeClock, instance: string) {
  return { clock, random: seededRandom(3), instance }
}

describe('warm', () => {
  test('after a clear, brings what was asked for most, the most wanted first, within its budget of keys', async () => {
    const cache = createCacheIn({}, surroundings(new FakeClock(), 'a'))
    for (let at = 0; at < 50; at++) await cache.set(`user:${at}`, at)
    for (const key of ['user:7', 'user:8', 'user:9']) for (let hit = 0; hit < 3; hit++) await cache.get(key)
    await cache.get('user:1')
    await cache.clear('user')
    expect(await cache.warm({ maxKeys: 3, loaders })).toEqual({ wanted: 3, warmed: 3, failed: 0, left: 0 })
    const asked: string[] = []
    for (const key of ['user:1', 'user:7', 'user:8', 'user:9', 'user:20'])
      if ((await cache.get(key)) !== undefined) asked.push(key)
    expect(asked).toEqual(['user:7', 'user:8', 'user:9'])
    await cache.close()
  })

  test('a loader that fails costs its batch, and is told of', async () => {
    const cache = createCacheIn({}, surroundings(new FakeClock(), 'a'))
    await cache.set('user:1', 1)
    await cache.get('user:1')
    await cache.clear('user')
    const failing = {
      user: () => {
        throw new Error('the source is away')
      },
    }
    expect(await cache.warm({ loaders: failing })).toEqual({ wanted: 1, warmed: 0, failed: 1, left: 0 })
    await cache.close()
  })

  test('another instance warms itself by the record that the first one left', async () => {
    const clock = new FakeClock()
    const server = memoryServer({ clock })
    const first = createCacheIn({ remote: server.tier() }, surroundings(clock, 'first'))
    await first.set('user:1', 'wanted')
    for (let hit = 0; hit < 3; hit++) await first.get('user:1')
    await first.set('user:2', 'not wanted')
    const closed = first.close()
    await clock.advance(1000)
    await closed
    const second = createCacheIn({ remote: server.tier() }, surroundings(clock, 'second'))
    await clock.advance(1000)
    expect(await second.warm()).toEqual({ wanted: 1, warmed: 1, failed: 0, left: 0 })
    expect((await second.inspect('user:1')).memory).toBeDefined()
    expect((await second.inspect('user:2')).memory).toBeUndefined()
    const ended = second.close()
    await clock.advance(1000)
    await ended
  })

  test.each([{ maxKeys: 0 }, { maxKeys: 100_001 }, { budgetMs: -1 }])('refuses %o', async options => {
    const cache = createCacheIn({}, surroundings(new FakeClock(), 'a'))
    await expect(cache.warm(options)).rejects.toMatchObject({
      code: 'CACHE_OPTION_INVALID',
      field: Object.keys(options)[0],
    })
    await cache.close()
  })
})

describe("ttl: 'adaptive'", () => {
  const policy = { ttl: 'adaptive', adaptive: { min: '1s', max: '10m' } } as const

  async function lifetimeAfter(changeEveryMs: number): Promise<number> {
    const clock = new FakeClock()
    const cache = createCacheIn({ namespaces: { row: policy } }, surroundings(clock, 'a'))
    const load = () => Math.floor(clock.monotonic() / changeEveryMs)
    for (let read = 0; read < 3000; read++) {
      await cache.getOrSet('row:1', load)
      await clock.advance(500)
    }
    await cache.delete('row:1')
    await cache.getOrSet('row:1', load)
    const { memory } = await cache.inspect('row:1')
    await cache.close()
    return memory?.expiresInMs ?? 0
  }

  test('is short for what changes often, long for what does not', async () => {
    const often = await lifetimeAfter(20_000)
    const seldom = await lifetimeAfter(100_000_000)
    expect(often).toBeLessThan(10_000)
    expect(seldom).toBeGreaterThan(60_000)
    expect(seldom).toBeLessThanOrEqual(600_000)
  })

  test('an invalidation of a key is a change, too', async () => {
    const clock = new FakeClock()
    const cache = createCacheIn({ namespaces: { row: policy } }, surroundings(clock, 'a'))
    for (let round = 0; round < 300; round++) {
      await cache.getOrSet('row:1', () => 'same')
      await clock.advance(900)
      await cache.delete('row:1')
    }
    await cache.getOrSet('row:1', () => 'same')
    expect((await cache.inspect('row:1')).memory?.expiresInMs).toBeLessThan(2000)
    await cache.close()
  })
})
