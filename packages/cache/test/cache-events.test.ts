import { AsyncLocalStorage } from 'node:async_hooks'
import { systemClock } from '@voiceassist/kernel'
import { gate } from '@voiceassist/testkit'
import { afterEach, expect, test } from 'vitest'
import {
  type CacheEvent,
  type CacheReadEvent,
  cacheChannel,
  cacheReadChannel,
  createCache,
  timedHitEvery,
} from '#src/index'
import { memoryServer } from '#src/testing'

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

test('each read is told with what answered it, in its caller’s context and without its key', async () => {
  const server = memoryServer({ clock: systemClock })
  await using cache = createCache({ remote: server.tier(), namespaces: { shared: { memory: false } } })
  await using other = createCache({ remote: server.tier() })
  const caller = new AsyncLocalStorage<string>()
  const told: string[] = []
  const onRead = (message: unknown) => {
    const event = message as CacheReadEvent
    expect(event).toEqual({ namespace: 'shared', by: event.by, durationMs: expect.any(Number) })
    expect(event.durationMs).toBeGreaterThanOrEqual(0)
    told.push(`${caller.getStore()} ${event.by}`)
  }
  const read = (name: string, work: () => Promise<unknown>) => caller.run(name, work)
  const loading = gate()
  cacheReadChannel.subscribe(onRead)
  try {
    await read('missed', () => cache.get('shared:secret'))
    const first = read('loaded', () =>
      cache.getOrSet('shared:secret', async () => {
        await loading.opened
        return 1
      }),
    )
    const second = read('joined', () => cache.getOrSet('shared:secret', () => 2))
    loading.open()
    await Promise.all([first, second])
    await read('second tier', () => cache.get('shared:secret'))
    await read('second tier too', () => cache.getOrSet('shared:secret', () => 3))
    await read('to memory', () => other.get('shared:secret'))
    await read('memory', () => other.get('shared:secret'))
    await read('memory too', () => other.getOrSet('shared:secret', () => 4))
  } finally {
    cacheReadChannel.unsubscribe(onRead)
  }
  await cache.get('shared:secret')
  expect(told.slice(1, 3).sort()).toEqual(['joined joined', 'loaded loader'])
  expect([told[0], ...told.slice(3)]).toEqual([
    'missed nothing',
    'second tier remote',
    'second tier too remote',
    'to memory remote',
    'memory memory',
    'memory too memory',
  ])
})
