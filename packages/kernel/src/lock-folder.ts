import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { processStart } from './process-start.js'

export type FolderLock =
  | { release(): void; readonly heldBy?: undefined }
  /** Somebody else has it. */
  | { readonly heldBy: FolderHolder }

export interface FolderHolder {
  readonly pid: number
  /** Of the machine, when it is another one. */
  readonly machine: string | undefined
  /** What to delete when that process is known to be gone. */
  readonly file: string
}

interface Holder {
  readonly pid: number
  readonly started: string | undefined
  readonly host: string
}

const nobody: Holder = { pid: 0, started: undefined, host: hostname() }
const lockFile = /^lock\.[0-9a-f-]{36}$/

/**
 * Takes a folder, which exists, for the caller alone. Each first shows its own file, then looks for others': of two
 * that come at once at least one sees the other and leaves, and one that is there is always seen. A file whose process
 * is gone (SIGKILL, power cut) does not count and is removed.
 */
export function lockFolder(folder: string): FolderLock {
  const name = `lock.${randomUUID()}`
  const mine = join(folder, name)
  const self: Holder = { pid: process.pid, started: processStart(process.pid), host: hostname() }
  writeFileSync(`${mine}.new`, JSON.stringify(self), { mode: 0o600 })
  renameSync(`${mine}.new`, mine)
  const release = () => rmSync(mine, { force: true })

  for (const other of readdirSync(folder)) {
    if (!lockFile.test(other) || other === name) continue
    const file = join(folder, other)
    const holder = readHolder(file)
    if (holder === undefined) continue
    if (isAlive(holder)) {
      release()
      const machine = holder.host === hostname() ? undefined : holder.host
      return { heldBy: { pid: holder.pid, machine, file } }
    }
    rmSync(file, { force: true })
  }
  return { release }
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder
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
