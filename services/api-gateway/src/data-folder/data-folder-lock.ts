import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { GatewayError } from '../errors.js'
import { makeDataFolder } from './make-data-folder.js'
import { processStart } from './process-start.js'

export interface DataFolderLock {
  release(): void
}

interface Holder {
  readonly pid: number
  readonly started: string | undefined
  readonly host: string
}

const nobody: Holder = { pid: 0, started: undefined, host: hostname() }
const lockFile = /^lock\.[0-9a-f-]{36}$/

/**
 * Takes the folder for this process. Each process first shows its own file, then looks for others': of two that come
 * at once at least one sees the other and leaves, and one that is there is always seen. A file whose process is gone
 * (SIGKILL, power cut) does not count and is removed.
 * @throws GatewayError DATA_FOLDER_IN_USE that names the process.
 */
export function lockDataFolder(folder: string): DataFolderLock {
  makeDataFolder(folder)
  const name = `lock.${randomUUID()}`
  const mine = join(folder, name)
  const self: Holder = { pid: process.pid, started: processStart(process.pid), host: hostname() }
  writeFileSync(`${mine}.new`, JSON.stringify(self), { mode: 0o600 })
  renameSync(`${mine}.new`, mine)
  const release = () => rmSync(mine, { force: true })

  for (const other of readdirSync(folder)) {
    if (!lockFile.test(other) || other === name) continue
    const path = join(folder, other)
    const holder = readHolder(path)
    if (holder === undefined) continue
    if (isAlive(holder)) {
      release()
      throw inUse(folder, path, holder)
    }
    rmSync(path, { force: true })
  }
  return { release }
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    if (error instanceof SyntaxError) return nobody // cut short by a power failure
    throw error
  }
}

/** A process of another machine cannot be asked, so its lock counts. */
function isAlive({ pid, started, host }: Holder): boolean {
  if (host !== hostname()) return true
  const running = processStart(pid)
  return running !== undefined && running === started
}

function inUse(folder: string, path: string, { pid, host }: Holder): GatewayError {
  const here = host === hostname()
  return new GatewayError(
    'DATA_FOLDER_IN_USE',
    `The data folder ${folder} is in use by process ${pid}${here ? '' : ` of machine ${host}`}`,
    {
      remedy: here
        ? 'Stop that process, or set DATA_DIR to another folder'
        : `Stop that process, or set DATA_DIR to another folder; if it is gone, delete ${path}`,
    },
  )
}
