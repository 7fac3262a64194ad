import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheFolder } from './local-process.js'
import type { LocalSource } from './service-source.js'

/** Bumped when debian-root.sh makes another folder than before. */
const version = 'trixie-3'

/** Programs from the folder of Debian packages, which is made if this is root on Debian, or why not. */
export async function fromDebian(binFolder: string): Promise<LocalSource | string> {
  if (!existsSync('/etc/debian_version')) return 'not a Debian system'
  if (process.getuid?.() !== 0) return 'not root, so no folder of Debian packages'
  const root = join(cacheFolder(), version)
  if (!existsSync(root)) {
    const script = fileURLToPath(new URL('../../debian-root.sh', import.meta.url))
    const child = spawn('sh', [script, root], { stdio: ['ignore', 2, 2] })
    const [code] = await once(child, 'exit')
    if (code !== 0) return `a folder of Debian packages could not be made (${root}.log)`
  }
  return { kind: 'local', root, binFolder, user: userBelowRoot(root) }
}

/** User `postgres`, else `nobody`, of the system below `root`; undefined when this process is not root. */
export function userBelowRoot(root: string): LocalSource['user'] {
  if (process.getuid?.() !== 0) return undefined
  const lines = readFileSync(join(root, 'etc/passwd'), 'utf8').split('\n')
  const line =
    lines.find(text => text.startsWith('postgres:')) ?? lines.find(text => text.startsWith('nobody:'))
  const [, , uid, gid] = (line ?? 'nobody:x:65534:65534').split(':')
  return { uid: Number(uid), gid: Number(gid) }
}
