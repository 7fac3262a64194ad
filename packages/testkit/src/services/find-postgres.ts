import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { inContainer } from './container-engine.js'
import { fromDebian, userBelowRoot } from './debian-folder.js'
import { tryRun } from './run.js'
import { firstSource, type LocalSource, type ServiceSource } from './service-source.js'

/**
 * Where a PostgreSQL with pgvector can be started from: the machine's own programs, else a container engine that
 * answers, else (as root, on Debian) a folder made of Debian packages, which takes a minute the first time.
 * @throws ServiceUnavailable when none will do.
 */
export function findPostgres(): Promise<ServiceSource> {
  return firstSource('PostgreSQL with pgvector', [
    onMachine,
    () => inContainer('pgvector/pgvector:pg17'),
    () => fromDebian('/usr/lib/postgresql/17/bin'),
  ])
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
