import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { endAndRemove } from './clean-up.js'
import { guard } from './guard.js'
import {
  type KeyValueKind,
  type KeyValueOptions,
  type KeyValueProcess,
  serverArguments,
} from './key-value-server.js'
import { isRunning, lastWords, makeFolder, spawnProgram } from './local-process.js'
import type { LocalSource } from './service-source.js'

/** A server with a new data folder from the programs of `source`. */
export function localKeyValue(
  kind: KeyValueKind,
  source: LocalSource,
  options: KeyValueOptions,
  port: number,
): KeyValueProcess {
  const folder = makeFolder(source, kind)
  const keeper = guard(endAndRemove, folder.path)
  const pidFile = join(folder.path, 'pid')
  const args = serverArguments(port, folder.inner, options)
  let child: ChildProcess | undefined
  return {
    async start() {
      if (isRunning(child)) return
      child = spawnProgram(source, folder, `${kind}-server`, args)
      child.unref()
      writeFileSync(pidFile, String(child.pid))
    },
    failed: () => (isRunning(child) ? undefined : `${kind}-server ended: ${lastWords(folder)}`),
    async end(signal) {
      if (!isRunning(child)) return
      child.ref()
      const gone = once(child, 'exit')
      child.kill(`SIG${signal}`)
      await gone
      // Its number may belong to another process by the time the clean-up reads it.
      rmSync(pidFile, { force: true })
    },
    async pause() {
      if (isRunning(child)) child.kill('SIGSTOP')
    },
    async resume() {
      if (isRunning(child)) child.kill('SIGCONT')
    },
    release: () => keeper.release(),
    pid: () => (isRunning(child) ? child.pid : undefined),
  }
}
