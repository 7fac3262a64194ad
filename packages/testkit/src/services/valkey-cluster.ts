import { freePorts } from './free-port.js'
import { command, type KeyValueOptions, type KeyValueServer } from './key-value-server.js'
import { patiently } from './patiently.js'
import { startKeyValue } from './start-key-value.js'

export interface ClusterOptions extends KeyValueOptions {
  /** At least 3, as a cluster elects by majority. @default 3 */
  readonly masters?: number
  /** Of each master. @default 0 */
  readonly replicas?: number
}

export interface ValkeyCluster {
  /** The masters, then the first replica of each, then the second. Closing one of them is left to the cluster. */
  readonly nodes: readonly KeyValueServer[]
  /** `host:port,host:port,…` of all nodes. */
  readonly addresses: string
  /** Resolves when every node sees all others and all slots served, as after a restart. @throws after a minute. */
  settled(): Promise<void>
  close(): Promise<void>
}

const slots = 16_384

/**
 * Starts a Valkey Cluster that belongs to the caller, its slots shared out evenly in the order of the masters.
 * A node that is gone for two seconds counts as failed (`cluster-node-timeout`).
 * @throws ServiceUnavailable when the machine has no Valkey.
 */
export async function startValkeyCluster(options: ClusterOptions = {}): Promise<ValkeyCluster> {
  const { masters = 3, replicas = 0 } = options
  const count = masters * (1 + replicas)
  // Of its own, as the usual one (10000 above) is past the last port for many.
  const ports = await freePorts(2 * count)
  const started = await Promise.allSettled(
    ports.slice(0, count).map((port, at) => {
      const settings = {
        'cluster-enabled': 'yes',
        'cluster-port': ports[count + at] as number,
        'cluster-node-timeout': 2000,
        ...options.settings,
      }
      return startKeyValue('valkey', { settings }, port)
    }),
  )
  const nodes = started.filter(result => result.status === 'fulfilled').map(result => result.value)
  const close = async () => void (await Promise.all(nodes.map(node => node.close())))
  const settled = () => untilSettled(nodes, replicas)
  try {
    const failed = started.find(result => result.status === 'rejected')
    if (failed) throw failed.reason
    await join(nodes, ports.slice(count), masters)
    await settled()
  } catch (error) {
    await close()
    throw error
  }
  return { nodes, addresses: nodes.map(node => `127.0.0.1:${node.port}`).join(','), settled, close }
}

async function join(nodes: readonly KeyValueServer[], busPorts: readonly number[], masters: number) {
  const [first] = nodes as [KeyValueServer]
  for (const [at, node] of nodes.entries()) {
    // Told apart from the start, so that no time goes by with settling who is who.
    await command(node.url, 'CLUSTER', 'SET-CONFIG-EPOCH', at + 1)
    if (at > 0) {
      await command(first.url, 'CLUSTER', 'MEET', '127.0.0.1', node.port, busPorts[at] as number)
    }
    if (at >= masters) continue
    const from = Math.floor((at * slots) / masters)
    const to = Math.floor(((at + 1) * slots) / masters) - 1
    await command(node.url, 'CLUSTER', 'ADDSLOTSRANGE', from, to)
  }
  for (const [at, node] of nodes.entries()) {
    if (at < masters) continue
    const id = await command((nodes[at % masters] as KeyValueServer).url, 'CLUSTER', 'MYID')
    await patiently(() => command(node.url, 'CLUSTER', 'REPLICATE', String(id)))
  }
}

function untilSettled(nodes: readonly KeyValueServer[], replicas: number): Promise<void> {
  return patiently(async () => {
    for (const node of nodes) {
      const info = String(await command(node.url, 'CLUSTER', 'INFO'))
      for (const line of [
        'cluster_state:ok',
        `cluster_known_nodes:${nodes.length}`,
        `cluster_slots_ok:${slots}`,
      ]) {
        if (!info.includes(`${line}\r\n`)) throw new Error(`Node ${node.url} lacks ${line}: ${info}`)
      }
      if (replicas === 0) continue
      const replication = String(await command(node.url, 'INFO', 'replication'))
      const whole = replication.includes('role:master')
        ? replication.includes(`connected_slaves:${replicas}\r\n`)
        : replication.includes('master_link_status:up\r\n')
      if (!whole) throw new Error(`Node ${node.url} is not replicated: ${replication}`)
    }
  })
}
