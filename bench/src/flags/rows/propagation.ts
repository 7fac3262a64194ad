import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { gatewayActor } from '@voiceassist/api-gateway/audit/actor'
import type { Figure } from '../../cache/figure.js'
import { percentile } from '../../common/say.js'
import { startFlagServers } from '../flag-servers.js'
import type { FlagsBench } from '../flags-bench.js'
import { machineMs } from '../machine-ms.js'

const processes = 4
const worker = fileURLToPath(new URL('../flag-worker.js', import.meta.url))

/** From the call that changes a flag, and from its commit, to when the last of four processes serves it. */
export async function propagation({ quick }: FlagsBench): Promise<Figure[]> {
  const servers = await startFlagServers()
  const children: ChildProcess[] = []
  try {
    const actor = gatewayActor('bench')
    const { flags } = servers.admin
    await flags.create(actor, { name: 'counter', type: 'number', enabled: true, value: 0 })
    const env = { PATH: process.env.PATH, ...servers.environment }
    for (let at = 0; at < processes; at++) children.push(fork(worker, { env }))
    await Promise.all(children.map(child => once(child, 'message')))
    const called: number[] = []
    const committed: number[] = []
    for (let value = 1; value <= (quick ? 50 : 500); value++) {
      const served = children.map(child => servedAt(child, value))
      const calledMs = machineMs()
      await flags.patch(actor, 'counter', { value }, { expected: '*' })
      const committedMs = machineMs()
      const lastMs = Math.max(...(await Promise.all(served)))
      called.push(lastMs - calledMs)
      // A process may serve it before the one that changed it hears of its commit.
      committed.push(Math.max(0, lastMs - committedMs))
    }
    const figure = (name: string, of: readonly number[], share: number): Figure => ({
      name,
      value: percentile(of, share),
      unit: 'ms',
    })
    return [
      figure('call to served by all, median', called, 0.5),
      figure('call to served by all, p99', called, 0.99),
      figure('commit to served by all, median', committed, 0.5),
      { ...figure('commit to served by all, p99', committed, 0.99), goal: { atMost: 100 } },
    ]
  } finally {
    for (const child of children) child.disconnect()
    await Promise.all(children.map(child => child.exitCode ?? once(child, 'exit')))
    await servers.close()
  }
}

function servedAt(child: ChildProcess, value: number): Promise<number> {
  return new Promise(resolve => {
    const onMessage = (message: unknown) => {
      const [served, atMs] = message as [number, number]
      if (served !== value) return
      child.off('message', onMessage)
      resolve(atMs)
    }
    child.on('message', onMessage)
  })
}
