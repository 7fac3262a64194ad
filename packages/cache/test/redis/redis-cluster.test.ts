import { canStartValkey, eventually, startValkeyCluster, type ValkeyCluster } from '@voiceassist/testkit'
import { Cluster, Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { at, load, note, openTier, setRequest, whole } from './open-tier.js'

describe.skipIf(!canStartValkey())('a cluster', () => {
  let servers: ValkeyCluster
  beforeAll(async () => {
    servers = await startValkeyCluster({ masters: 3, replicas: 1 })
  }, 180_000)
  afterAll(() => servers.close())

  const seeds = () => servers.nodes.map(({ port }) => ({ host: '127.0.0.1', port }))
  const open = () => openTier({ cluster: seeds().slice(0, 1) })
  const all = Array.from({ length: 16 }, (_, partition) => partition)

  test('serves every partition from its master, and one bus brings all messages', async () => {
    const { tier, messages } = await open()
    const keys = Array.from({ length: 100 }, (_, at) => `n:{${at}}`)
    for (const key of keys) expect((await load(tier, key, { tags: ['t'] })).stored).toBe(true)
    expect((await tier.getMany(keys.map(at))).every(Buffer.isBuffer)).toBe(true)
    const found = []
    for await (const batch of tier.scan('n:{')) found.push(...batch)
    expect(new Set(found.map(({ key }) => key))).toEqual(new Set(keys))
    const replies = await tier.invalidateScope(all, { kind: 'tags', names: ['t'] }, note)
    expect(replies.map(reply => reply.partition)).toEqual(all)
    await eventually(() => {
      const told = messages.flatMap(m => (m.kind === 'invalidated' && m.scope.kind === 'tags' ? m.at : []))
      expect(told.sort((a, b) => a.partition - b.partition)).toEqual(replies)
    })
    expect((await tier.positions()).every(reply => 'floor' in reply && reply.seq === 1)).toBe(true)
    const known = await tier.readMeta(at('n:set').partition)
    expect((await tier.set(setRequest('n:set', known))).outcome).toBe('stored')
    expect((await tier.size()).entries).toBeGreaterThan(100)
    await tier.renewRow('me', '')
    await tier.confirm('me', { partition: 1, gen: 'g', seq: 1, from: 'me' })
    await eventually(() => expect(messages.at(-1)).toMatchObject({ kind: 'confirmed' }))
  })

  test("takes its nodes from somebody's own client", async () => {
    const client = new Cluster(seeds())
    onTestFinished(() => client.disconnect())
    const { tier } = await openTier({ client })
    expect((await load(tier, 'n:a')).stored).toBe(true)
  })

  test('a slot that moves away takes its partition along, which goes cold', async () => {
    const watched = await open()
    const { tier, told } = watched
    await load(tier, 'n:a')
    const { partition } = at('n:a')
    const before = await tier.positions()
    const slot = partition * 1024 + 128
    const nodes = servers.nodes.slice(0, 3).map(({ url }) => new Redis(url))
    onTestFinished(() => nodes.forEach(node => void node.disconnect()))
    const owner = Math.floor(slot / (16_384 / 3))
    const [from, to] = [nodes[owner] as Redis, nodes[(owner + 1) % 3] as Redis]
    const ids = await Promise.all([from, to].map(node => node.cluster('MYID')))
    await to.call('cluster', 'setslot', slot, 'importing', ids[0] as string)
    await from.call('cluster', 'setslot', slot, 'migrating', ids[1] as string)
    await expect(
      (async () => {
        for await (const _ of tier.scan('n:')) {
        }
      })(),
    ).rejects.toMatchObject({ code: 'CACHE_REMOTE_UNAVAILABLE' })
    for (;;) {
      const keys = (await from.call('cluster', 'getkeysinslot', slot, 100)) as string[]
      if (keys.length === 0) break
      const port = servers.nodes[(owner + 1) % 3]?.port as number
      await from.call('migrate', '127.0.0.1', port, '', 0, 5000, 'KEYS', ...keys)
    }
    const count = told.length
    for (const node of [to, from, ...nodes])
      await node.call('cluster', 'setslot', slot, 'node', ids[1] as string)
    await eventually(async () => {
      await tier.readMeta(partition)
      await whole(watched)
    })
    expect(told.slice(count)).toContain('connectionLost')
    const after = await tier.positions()
    for (const [at, reply] of after.entries())
      if (at === partition) expect(reply).not.toMatchObject({ gen: (before[at] as { gen: string }).gen })
      else expect(reply).toMatchObject({ gen: (before[at] as { gen: string }).gen })
    const lease = { ...at('n:a'), namespace: 'n', token: 'x', leaseMs: 1000 }
    expect((await tier.acquire(lease)).outcome).toBe('leased')
  })

  test('a master that dies gives its partitions to its replica, under another gen', async () => {
    const watched = await open()
    const { tier, told } = watched
    const before = await tier.positions()
    const count = told.length
    await servers.nodes[0]?.kill()
    await eventually(() => expect(told.slice(count)).toContain('connectionLost'))
    await eventually(() => whole(watched))
    const after = await eventually(async () => {
      const replies = await tier.positions()
      for (const reply of replies) expect(reply).toHaveProperty('gen')
      return replies
    })
    const changed = after.filter(
      (reply, at) => (reply as { gen: string }).gen !== (before[at] as { gen: string }).gen,
    )
    expect(changed.length).toBeGreaterThan(3)
    expect(changed.length).toBeLessThan(8)
    await tier.invalidateScope(all, { kind: 'tags', names: ['t'] }, note)
    await servers.nodes[0]?.start()
  }, 120_000)
})
