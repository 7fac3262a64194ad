import { afterEach, expect, test } from 'vitest'
import { type CacheEvent, cacheChannel, createCache, timedHitEvery } from '#src/index'

const events: CacheEvent[] = []
const listen = (message: unknown) => void events.push(message as CacheEvent)
afterEach(() => {
  cacheChannel.unsubscribe(listen)
  events.length = 0
})

test('one of so many hits in memory is timed, whichever call they are of', async () => {
  await using cache = createCache()
  await cache.set('users:1', 'Ann')
  cacheChannel.subscribe(listen)
  const hits = () => events.filter(({ kind }) => kind === 'memory-hit')
  for (let n = 1; n < timedHitEvery; n++)
    await (n % 2 === 0 ? cache.get('users:1') : cache.getOrSet('users:1', () => 'other'))
  expect(hits()).toEqual([])
  await cache.get('users:1')
  expect(hits()).toEqual([{ kind: 'memory-hit', durationMs: expect.any(Number) }])
  for (let n = 0; n < timedHitEvery; n++) await cache.get('users:1')
  expect(hits()).toHaveLength(2)
  for (let n = 0; n < timedHitEvery; n++) await cache.get('users:2')
  expect(hits()).toHaveLength(2)
})
