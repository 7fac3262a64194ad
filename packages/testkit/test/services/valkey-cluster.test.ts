import { Cluster } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canStartValkey } from '#src/services/available'
import { command } from '#src/services/key-value-server'
import { startValkeyCluster, type ValkeyCluster } from '#src/services/valkey-cluster'

async function clusterInfo(url: string): Promise<string> {
  return String(await command(url, 'CLUSTER', 'INFO'))
}

describe.skipIf(!canStartValkey())('a Valkey Cluster of a test', () => {
  describe('of three masters', () => {
    let cluster: ValkeyCluster
    beforeAll(async () => {
      cluster = await startValkeyCluster()
    })
    afterAll(() => cluster?.close())

    test('serves all slots, a third from each master, in the eyes of every node', async () => {
      expect(cluster.nodes).toHaveLength(3)
      for (const node of cluster.nodes) {
        expect(await clusterInfo(node.url)).toMatch(/cluster_state:ok\r\ncluster_slots_assigned:16384/)
      }
      const shards = (await command(cluster.nodes[0]?.url ?? '', 'CLUSTER', 'SLOTS')) as [
        number,
        number,
        unknown[],
      ][]
      expect(shards.map(([from, to]) => [from, to]).sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual([
        [0, 5460],
        [5461, 10921],
        [10922, 16383],
      ])
    })

    test('is reached by its addresses', async () => {
      const client = new Cluster(cluster.addresses.split(','))
      const keys = Array.from({ length: 50 }, (_, at) => `key${at}`)
      await Promise.all(keys.map(key => client.set(key, `value of ${key}`)))
      expect(await Promise.all(keys.map(key => client.get(key)))).toEqual(keys.map(key => `value of ${key}`))
      const sizes = await Promise.all(cluster.nodes.map(node => command(node.url, 'DBSIZE')))
      expect(sizes.reduce((sum: number, size) => sum + Number(size), 0)).toBe(50)
      expect(Math.min(...sizes.map(Number))).toBeGreaterThan(0)
      client.disconnect()
    })

    test('is whole again after a master was killed and started', async () => {
      const [first, second] = cluster.nodes
      await first?.kill()
      await expect
        .poll(() => clusterInfo(second?.url ?? ''), { timeout: 30_000 })
        .toContain('cluster_state:fail')
      await first?.start()
      await cluster.settled()
      for (const node of cluster.nodes) expect(await clusterInfo(node.url)).toContain('cluster_state:ok')
    })
  })

  test('has the replicas asked for, which take over', async () => {
    const cluster = await startValkeyCluster({ masters: 3, replicas: 1 })
    try {
      const [master, , , replica] = cluster.nodes
      expect(await command(replica?.url ?? '', 'INFO', 'replication')).toContain(
        `master_port:${master?.port}\r\n`,
      )
      await master?.kill()
      await expect
        .poll(async () => String(await command(replica?.url ?? '', 'INFO', 'replication')), {
          timeout: 30_000,
        })
        .toContain('role:master')
    } finally {
      await cluster.close()
    }
  })
})
