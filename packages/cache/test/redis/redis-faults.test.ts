import {
  canStartRedis,
  canStartValkey,
  eventually,
  type KeyValueServer,
  startRedis,
  startValkey,
} from '@voiceassist/testkit'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { cacheChannel } from '#src/cache-events'
import { redisTier } from '#src/redis'
import { at, envelope, load, note, openTier, setRequest, whole } from './open-tier.js'

const kinds = [
  ['Redis', startRedis, canStartRedis],
  ['Valkey', startValkey, canStartValkey],
] as const

describe.each(kinds)('%s that fails', (_name, start, can) => {
  describe.skipIf(!can())('is followed', () => {
    let server: KeyValueServer
    beforeAll(async () => {
      server = await start()
    }, 120_000)
    afterAll(() => server.close())

    const client = () => {
      const raw = new Redis(server.url)
      raw.on('error', () => {})
      onTestFinished(() => raw.disconnect())
      return raw
    }
    const { key, partition } = at('n:a')
    const acquire = (token: string) => ({ key, partition, namespace: 'n', token, leaseMs: 10_000 })

    test('a killed connection ends belief before the next one is used', async () => {
      const watched = await openTier({ url: server.url })
      const { tier, told } = watched
      await load(tier, key)
      const before = told.length
      await client().call('client', 'kill', 'type', 'normal')
      await eventually(() => expect(told.slice(before)).toContain('connected'))
      expect(told.slice(before)[0]).toMatch(/connectionLost|busLost/)
      await whole(watched)
      expect(await tier.get(partition, key)).toBeInstanceOf(Buffer)
    })

    test("what was sent on a client's lost connection is refused, though the client sends it again", async () => {
      const mine = client()
      const watched = await openTier({ client: mine })
      const { tier, told } = watched
      await client()
        .call('client', 'pause', '60000', 'ALL')
        .catch(() => {})
      const reads = [tier.get(partition, key), tier.acquire(acquire('x')), tier.readMeta(partition)]
      const settled = Promise.allSettled(reads)
      await new Promise(resolve => setImmediate(() => setImmediate(resolve)))
      mine.stream.destroy()
      await eventually(() => expect(told).toContain('connectionLost'))
      await server.kill()
      await server.start()
      for (const result of await settled)
        expect(result).toMatchObject({ status: 'rejected', reason: { code: 'CACHE_REMOTE_UNAVAILABLE' } })
      await whole(watched)
      expect((await tier.readMeta(partition)).gen).toHaveLength(16)
    })

    test('a restarted server begins a new gen, with or without its data', async () => {
      const watched = await openTier({ url: server.url })
      const { tier, connected } = watched
      await load(tier, key)
      const before = await tier.readMeta(partition)
      await server.restart({ dump: true })
      await whole(watched)
      expect(connected.size).toBe(16)
      const after = await tier.readMeta(partition)
      expect(after.gen).not.toBe(before.gen)
      expect(after.seq).toBe(before.seq + 1)
      expect(await tier.get(partition, key)).toBeInstanceOf(Buffer)
      expect(await tier.acquire(acquire('x'))).toMatchObject({ outcome: 'leased' })
      const id = await tier.renewRow('me', '')
      await server.restart()
      await whole(watched)
      expect(await tier.renewRow('me', '')).not.toEqual(id)
    })

    test('positions look at the run too, and missing records begin a new gen in any step', async () => {
      const { tier, messages } = await openTier({ url: server.url })
      const before = await tier.positions()
      await client().flushall()
      await load(tier, key)
      const after = await tier.positions()
      for (const [at, reply] of after.entries())
        expect(reply).not.toMatchObject({ gen: (before[at] as { gen: string }).gen })
      await client().flushall()
      const reply = await tier.invalidateKeys(partition, [key], note)
      expect(reply).not.toMatchObject({ gen: (after[partition] as { gen: string }).gen })
      await expect
        .poll(() => messages.filter(m => m.kind === 'invalidated').slice(-2))
        .toMatchObject([
          { scope: { kind: 'all' }, at: [{ partition, gen: reply.gen, seq: 0 }] },
          { scope: { kind: 'keys' }, at: [{ partition, ...reply }] },
        ])
    })

    test('with memory full it still invalidates and leases, and stores nothing', async () => {
      const { tier } = await openTier({ url: server.url })
      await load(tier, key)
      const raw = client()
      const known = await tier.readMeta(partition)
      const lease = await tier.acquire({ ...acquire('full'), key: 'n:full' })
      expect(lease.outcome).toBe('leased')
      await raw.config('SET', 'maxmemory', '1')
      onTestFinished(async () => void (await raw.config('SET', 'maxmemory', '0')))
      expect((await tier.set(setRequest(key, known))).outcome).toBe('invalidated')
      const two = ['n:one', 'n:two'].map(each => tier.set({ ...setRequest(each, known), partition }))
      expect((await Promise.all(two)).map(({ outcome }) => outcome)).toEqual(['invalidated', 'invalidated'])
      expect(await tier.get(partition, key)).toBeUndefined()
      await tier.invalidateScope([partition], { kind: 'tags', names: ['t'] }, note)
      expect((await tier.readMeta(partition)).tags.size).toBe(1)
      const fill = {
        partition,
        key: 'n:full',
        namespace: 'n',
        token: 'full',
        envelope: envelope(lease),
        keepMs: 1000,
      }
      expect(await tier.fill(fill)).toMatchObject({ stored: false, gen: lease.gen })
      expect(await tier.acquire({ ...acquire('next'), key: 'n:full' })).toMatchObject({ outcome: 'leased' })
      await tier.renewRow('me', '')
    })

    test('one that demotes itself is away until it is master again', async () => {
      const watched = await openTier({ url: server.url })
      const raw = client()
      await raw.call('replicaof', '127.0.0.1', '1')
      await expect(tier(watched)).rejects.toMatchObject({ code: 'CACHE_REMOTE_UNAVAILABLE' })
      await eventually(() => expect(watched.connected.size).toBe(0))
      await expect(tier(watched)).rejects.toBeDefined()
      await raw.call('replicaof', 'no', 'one')
      await whole(watched)
      await tier(watched)
    })
    const tier = (watched: { tier: Awaited<ReturnType<typeof openTier>>['tier'] }) =>
      watched.tier.invalidateKeys(partition, [key], note)

    test('an eviction policy that may take records is told, not refused', async () => {
      const events: unknown[] = []
      const listen = (event: unknown) => events.push(event)
      cacheChannel.subscribe(listen)
      onTestFinished(() => void cacheChannel.unsubscribe(listen))
      const raw = client()
      await raw.config('SET', 'maxmemory-policy', 'allkeys-lru')
      onTestFinished(async () => void (await raw.config('SET', 'maxmemory-policy', 'noeviction')))
      await openTier({ url: server.url })
      const error = { code: 'CACHE_REMOTE_UNSUITABLE', message: expect.stringContaining('allkeys-lru') }
      expect(events).toContainEqual({
        kind: 'remote-unsuitable',
        refused: false,
        error: expect.objectContaining(error),
      })
    })
  })
})

describe.skipIf(!canStartRedis())('a Redis with a password', () => {
  test('is served with the right one; a wrong one shows nowhere', async () => {
    const server = await startRedis()
    onTestFinished(() => server.close())
    const raw = new Redis(server.url)
    raw.on('error', () => {})
    onTestFinished(() => raw.disconnect())
    await raw.config('SET', 'requirepass', 's3cret-right')
    const url = (password: string) => server.url.replace('redis://', `redis://:${password}@`)
    const { tier } = await openTier({ url: url('s3cret-right') })
    await load(tier, 'n:a')
    const wrong = redisTier({ url: url('s3cret-wrong') })
    onTestFinished(() => wrong.close())
    const nothing = () => {}
    const listener = {
      message: nothing,
      busLost: nothing,
      busBack: nothing,
      connectionLost: nothing,
      connected: nothing,
    }
    wrong.open(listener, { prefix: 'w', instance: 'w' })
    const error = await eventually(async () => {
      const failed = await wrong.get(0, 'n:a').catch((error: Error) => error)
      expect(failed).toMatchObject({ message: expect.stringContaining('WRONGPASS') })
      return failed as Error
    })
    expect(JSON.stringify([error, error.message, error.stack, error.cause])).not.toContain('s3cret')
  })
})
