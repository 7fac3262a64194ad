import { canStartValkey, startValkeyCluster, testSeed, type ValkeyCluster } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, onTestFinished, test } from 'vitest'
import { startLoad } from './random-load.js'
import { World } from './world.js'

describe.skipIf(!canStartValkey())('four processes over a cluster with replicas', () => {
  let cluster: ValkeyCluster
  beforeAll(async () => {
    cluster = await startValkeyCluster({ masters: 3, replicas: 1 })
  }, 180_000)
  afterAll(() => cluster.close())

  test('a master dies in the middle of a load, and its replica takes its place', async () => {
    const seed = testSeed('failover')
    const world = await World.open({
      redis: { cluster: cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })) },
    })
    onTestFinished(() => world.close())
    const load = startLoad(world, seed)
    await world.calls(300)
    await cluster.nodes[0]?.kill()
    await world.reached(() => world.count.journaled, world.count.journaled + 20)
    await world.connected()
    await world.calls(300)
    await cluster.nodes[0]?.start()
    await cluster.settled()
    await world.calls(300)
    await load.end()
    await world.settle()
  }, 120_000)
})
