import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type LocalSource, type PostgresSource, ServiceUnavailable } from './postgres-source.js'
import { tryRun } from './run.js'

/** The first source that will do, or why this one will not. */
type Step = () => Promise<PostgresSource | string>

/** Bumped when debian-root.sh makes another folder than before. */
const debianRootVersion = 'trixie-1'
const image = 'pgvector/pgvector:pg17'

/**
 * Where a PostgreSQL with pgvector can be started from: the machine's own programs, else a container engine that
 * answers, else (as root, on Debian) a folder made of Debian packages, which takes a minute the first time.
 * @throws ServiceUnavailable when none will do.
 */
export async function findPostgres(): Promise<PostgresSource> {
  const tried: string[] = []
  for (const step of [onMachine, inContainer, fromDebian] satisfies Step[]) {
    const found = await step()
    if (typeof found !== 'string') return found
    tried.push(found)
  }
  throw new ServiceUnavailable('PostgreSQL with pgvector', tried)
}

async function onMachine(): Promise<LocalSource | string> {
  const configured = await tryRun('pg_config', '--bindir')
  const folders = [configured, ...numbered('/usr/lib/postgresql'), ...numbered('/opt/homebrew/opt')]
  const lacking: string[] = []
  for (const binFolder of new Set(folders)) {
    if (!binFolder || !existsSync(join(binFolder, 'postgres'))) continue
    const share = await tryRun(join(binFolder, 'pg_config'), '--sharedir')
    if (share && existsSync(join(share, 'extension/vector.control'))) {
      return { kind: 'local', binFolder, user: userBelowRoot('/') }
    }
    lacking.push(binFolder)
  }
  return lacking.length > 0 ? `${lacking.join(', ')} without pgvector` : 'no PostgreSQL on this machine'
}

/** The `bin` folders below a folder of versions, newest first. */
function numbered(parent: string): string[] {
  if (!existsSync(parent)) return []
  const version = (name: string) => Number(/(\d+)$/.exec(name)?.[1] ?? 0)
  const names = readdirSync(parent).filter(name => /^(postgresql@)?\d+$/.test(name) && version(name) >= 15)
  return names.sort((a, b) => version(b) - version(a)).map(name => join(parent, name, 'bin'))
}

async function inContainer(): Promise<PostgresSource | string> {
  for (const engine of ['docker', 'podman'] as const) {
    // Only a call that needs the daemon tells a client without one from an engine that works.
    if ((await tryRun(engine, 'ps', '--quiet')) !== undefined) return { kind: 'container', engine, image }
  }
  return 'no container engine answers'
}

async function fromDebian(): Promise<LocalSource | string> {
  if (!existsSync('/etc/debian_version')) return 'not a Debian system'
  if (process.getuid?.() !== 0) return 'not root, so no folder of Debian packages'
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  const root = join(cache, 'voiceassist-services', debianRootVersion)
  if (!existsSync(root)) {
    const script = fileURLToPath(new URL('../../debian-root.sh', import.meta.url))
    const child = spawn('sh', [script, root], { stdio: ['ignore', 2, 2] })
    const [code] = await once(child, 'exit')
    if (code !== 0) return `a folder of Debian packages could not be made (${root}.log)`
  }
  return { kind: 'local', root, binFolder: '/usr/lib/postgresql/17/bin', user: userBelowRoot(root) }
}

/** User `postgres`, else `nobody`, of the system below `root`; undefined when this process is not root. */
function userBelowRoot(root: string): LocalSource['user'] {
  if (process.getuid?.() !== 0) return undefined
  const lines = readFileSync(join(root, 'etc/passwd'), 'utf8').split('\n')
  const line =
    lines.find(text => text.startsWith('postgres:')) ?? lines.find(text => text.startsWith('nobody:'))
  const [, , uid, gid] = (line ?? 'nobody:x:65534:65534').split(':')
  return { uid: Number(uid), gid: Number(gid) }
}
