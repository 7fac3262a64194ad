import { randomBytes } from 'node:crypto'
import { guard } from './guard.js'
import {
  type KeyValueKind,
  type KeyValueOptions,
  type KeyValueProcess,
  serverArguments,
} from './key-value-server.js'
import { run, tryRun } from './run.js'
import type { ContainerSource } from './service-source.js'

/**
 * A server in a container of its own. It shares the host's network, since the nodes of a cluster have to reach each
 * other by the addresses that they tell their clients.
 */
export function containerKeyValue(
  kind: KeyValueKind,
  source: ContainerSource,
  options: KeyValueOptions,
  port: number,
): KeyValueProcess {
  const { engine, image } = source
  const name = `voiceassist-${kind}-${randomBytes(6).toString('hex')}`
  const keeper = guard('"$1" rm --force --volumes "$2"', engine, name)
  const args = serverArguments(port, '/data', options)
  let made = false
  return {
    async start() {
      if (made) await run(engine, 'start', name)
      else
        await run(
          engine,
          ...['run', '--detach', '--name', name, '--network', 'host', image],
          `${kind}-server`,
          ...args,
        )
      made = true
    },
    failed: () => undefined,
    async end(signal) {
      await tryRun(engine, 'kill', `--signal=${signal}`, name)
      await tryRun(engine, 'wait', name)
    },
    pause: async () => void (await run(engine, 'pause', name)),
    // An engine refuses to let go on what is not paused.
    resume: async () => void (await tryRun(engine, 'unpause', name)),
    release: () => keeper.release(),
    pid: () => undefined,
  }
}
