import { canStartValkey, startValkeyCluster, type ValkeyCluster } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe } from 'vitest'
import { testProcesses } from './scenarios.js'

describe.skipIf(!canStartValkey())(
  'four processes over a Valkey Cluster of three masters',
  { timeout: 120_000 },
  () => {
    let cluster: ValkeyCluster
    beforeAll(async () => {
      cluster = await startValkeyCluster()
    }, 180_000)
    afterAll(() => cluster.close())

    testProcesses({
      redis: () => ({ cluster: cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })) }),
      servers: () => cluster.nodes,
      settled: () => cluster.settled(),
    })
  },
)
