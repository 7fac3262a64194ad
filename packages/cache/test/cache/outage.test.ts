import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, describe, expect, test } from 'vitest'
import type { Cache, CacheEvent } from '#src/index'
import type { Cluster } from '../cluster.js'
import { aCluster } from './setups.js'

let events: CacheEvent[] = []
const listen = (event: unknown) => void events.push(event as CacheEvent)
afterEach(() => {
  unsubscribe('voiceassist:cache', listen)
  events = []
})

describe('C3 no lost invalidation: the second tier is away', () => {
  test.each(['delete', 'invalidateTags', 'clear', 'deletePattern', 'set', 'mset'] as const)(
    '%s says that it is journaled, is sent later, and throws when it was to be acknowledged',
    async method => {
      const cluster = aCluster()
      const [a, b] = [await cluster.open('a'), await cluster.open('b')]
      await a.set('user:1', 'old', { tags: ['t'] })
      expect(await b.get('user:1')).toBe('old')
      const run = (options?: { acknowledged: boolean }) =>
        ({
          delete: () => a.delete('user:1', options),
          invalidateTags: () => a.invalidateTags(['t'], options),
          clear: () => a.clear('user', options),
          deletePattern: () => a.deletePattern('user:*', options),
          set: () => a.set('user:1', 'new', options),
          mset: () => a.mset({ 'user:1': 'new' }, options),
        })[method]()
      cluster.server.link('a').cut()
      expect(await run()).toMatchObject({ memory: true, remote: 'journaled', acknowledged: false })
      await expect(run({ acknowledged: true })).rejects.toMatchObject({
        code: 'CACHE_REMOTE_UNAVAILABLE',
        remedy: expect.any(String),
      })
      expect(await a.get('user:1')).toBeUndefined()
      expect(await b.get('user:1')).toBe('old')
      cluster.server.link('a').reconnect()
      await cluster.pass(600)
      expect(await b.get('user:1')).toBeUndefined()
      expect(await b.get('user:1', { memory: false })).toBeUndefined()
      expect(await cluster.ends(run({ acknowledged: true }))).toMatchObject({
        remote: 'done',
        acknowledged: true,
      })
    },
  )

  test('more than the journal holds becomes one: everything', async () => {
    const cluster = aCluster(1)
    const [a, b] = [await cluster.open('a'), await cluster.open('b')]
    await a.set('user:1', 'old')
    cluster.server.link('a').cut()
    for (let at = 0; at < 1100; at++) await a.delete(`other:${at}`)
    await a.delete('user:1')
    cluster.operations.length = 0
    cluster.server.link('a').reconnect()
    await cluster.pass(600)
    expect(await cluster.everywhere('user:1')).toEqual([])
    expect(cluster.operations.filter(({ name }) => name === 'invalidateKeys')).toEqual([])
    expect(await b.getOrSet('user:1', () => 'new')).toBe('new')
  })

  test('everything is everything, of another generation too', async () => {
    const cluster = aCluster(1)
    const [a, b] = [await cluster.open('a'), await cluster.open('b')]
    const { gate } = cluster.server
    const refused = Promise.reject(Object.assign(new Error('OOM'), { name: 'ReplyError' }))
    refused.catch(() => {})
    cluster.server.gate = operation =>
      operation.name === 'invalidateKeys' ? { send: refused } : gate(operation)
    for (let at = 0; at < 1001; at++) await a.delete(`other:${at}`)
    cluster.server.messages = ({ to }) => (to === 'a' ? 'drop' : undefined)
    cluster.server.evict('meta')
    await b.getOrSet('user:1', () => 'old')
    expect(await a.delete('user:1')).toMatchObject({ remote: 'journaled' })
    cluster.server.gate = gate
    cluster.server.messages = () => undefined
    expect(await a.getOrSet('user:1', () => 'new')).toBe('new')
    await cluster.settle()
    expect(await cluster.everywhere('user:1')).not.toContain('old')
  })
})

const callsOf = (a: Cache): Record<string, () => Promise<unknown>> => ({
  get: () => a.get('user:1'),
  mget: () => a.mget(['user:1', 'user:2']),
  getOrSet: () => a.getOrSet('user:1', () => 'loaded'),
  getOrSetMany: () => a.getOrSetMany(['user:1', 'user:2'], keys => keys.map(() => 'loaded')),
  set: () => a.set('user:1', 1),
  mset: () => a.mset({ 'user:1': 1, 'user:2': 2 }),
  delete: () => a.delete('user:1'),
  invalidateTags: () => a.invalidateTags(['t']),
  clear: () => a.clear('user'),
  deletePattern: () => a.deletePattern('user:*'),
  inspect: () => a.inspect('user:1'),
  instances: () => a.instances(),
})

/** Milliseconds of one call if it takes no longer than one deadline, else what is wrong. */
async function tookMs(cluster: Cluster, call: () => Promise<unknown>): Promise<number | string> {
  const startedMs = cluster.clock.monotonic()
  let endedMs: number | undefined
  const over = () => {
    endedMs = cluster.clock.monotonic()
  }
  call().then(over, over)
  for (let step = 0; endedMs === undefined && step < 30; step++) await cluster.clock.advance(10)
  if (endedMs === undefined) return 'it did not end'
  const ms = endedMs - startedMs
  return ms <= 110 ? ms : `${ms} ms`
}

describe('C7 failure is bounded', () => {
  test('nothing waits longer than one deadline while the second tier hangs, and all recovers', async () => {
    const cluster = aCluster()
    const a = await cluster.open('a', { remoteTimeoutMs: 100 })
    await a.set('user:0', 'held')
    const calls = callsOf(a)
    cluster.server.link('a').freeze()
    for (let round = 0; round < 40; round++)
      for (const [name, call] of Object.entries(calls)) {
        expect([round, name, await tookMs(cluster, call)]).toEqual([round, name, expect.any(Number)])
        await cluster.clock.advance(30)
      }
    cluster.server.link('a').thaw()
    await cluster.pass(2000)
    expect(await a.set('user:1', 'stored')).toMatchObject({ stored: true, remote: 'done' })
    expect((await a.inspect('user:1')).remote).toBeDefined()
  })

  test.each(Object.keys(callsOf({} as Cache)))('%s as the first call of all that hangs', async name => {
    const cluster = aCluster()
    const a = await cluster.open('a')
    await a.set('user:0', 'held')
    cluster.server.link('a').freeze()
    const call = callsOf(a)[name] as () => Promise<unknown>
    expect(await tookMs(cluster, call)).toEqual(expect.any(Number))
    cluster.server.link('a').thaw()
  })

  test('a walk over the stored keys that hangs or fails holds nobody up', async () => {
    const cluster = aCluster(1)
    const a = await cluster.open('a')
    await a.set('user:1', 'old')
    const scan = cluster.hold('a', 'scan', 'send')
    const deleting = a.deletePattern('user:*')
    await scan.reached
    expect(await cluster.ends(deleting)).toMatchObject({ remote: 'done' })
    const { gate } = cluster.server
    const refused = Promise.reject(new Error('NOPERM'))
    refused.catch(() => {})
    cluster.server.gate = operation => (operation.name === 'scan' ? { send: refused } : gate(operation))
    expect(await cluster.ends(a.deletePattern('user:*'))).toMatchObject({ remote: 'journaled' })
    cluster.operations.length = 0
    await cluster.pass(2000)
    expect(await cluster.ends(a.getOrSet('user:1', () => 'new'))).toBe('new')
    expect(cluster.operations.length).toBeLessThan(100)
    cluster.server.gate = gate
    await cluster.pass(2000)
    expect(await a.set('user:1', 'stored')).toMatchObject({ stored: true, remote: 'done' })
  })

  test('the breaker opens after failures in a row, tells of it, and closes', async () => {
    const cluster = aCluster()
    const a = await cluster.open('a')
    subscribe('voiceassist:cache', listen)
    cluster.server.link('a').freeze()
    for (let at = 0; at < 5; at++) await cluster.ends(a.getOrSet(`user:${at}`, () => at))
    const opened = () => events.flatMap(event => (event.kind === 'breaker' ? [event.open] : []))
    expect(opened()).toEqual([true])
    const refused = events.filter(event => event.kind === 'remote' && event.outcome === 'refused')
    expect(refused.length).toBeGreaterThan(0)
    cluster.server.link('a').thaw()
    await cluster.pass(1500)
    expect(opened()).toEqual([true, false])
  })

  test('with the second tier away one load of a key runs at a time, and nothing is kept', async () => {
    const cluster = aCluster()
    const a = await cluster.open('a')
    cluster.server.link('a').cut()
    let running = 0
    let most = 0
    let loads = 0
    const load = async () => {
      loads++
      most = Math.max(most, ++running)
      await cluster.settle()
      running--
      return loads
    }
    const answers = await Promise.all(Array.from({ length: 100 }, () => a.getOrSet('user:1', load)))
    expect([most, loads]).toEqual([1, 2])
    expect(new Set(answers).size).toBe(2)
    expect(await a.get('user:1')).toBeUndefined()
    expect((await a.inspect('user:1')).memory).toBeUndefined()
    expect(await a.getOrSet('user:1', load)).toBe(3)
  })

  test('who reads while nothing is believed leaves nothing behind', async () => {
    const cluster = aCluster(1)
    const a = await cluster.open('a')
    cluster.server.link('a').freeze()
    await cluster.pass(3000)
    const sleeping = cluster.clock.sleeping
    for (let at = 0; at < 50; at++) await cluster.ends(a.get(`user:${at}`))
    expect(cluster.clock.sleeping).toBeLessThanOrEqual(sleeping + 1)
  })
})
