import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { inContainer } from './container-engine.js'
import { fromDebian, userBelowRoot } from './debian-folder.js'
import type { KeyValueKind } from './key-value-server.js'
import { tryRun } from './run.js'
import { firstSource, type LocalSource, type ServiceSource } from './service-source.js'

const facts = {
  redis: { title: 'Redis', oldest: 7, image: 'redis:8' },
  valkey: { title: 'Valkey', oldest: 8, image: 'valkey/valkey:8' },
} as const

/**
 * Where a Redis (7 or newer) or Valkey (8 or newer) can be started from: the machine's own program, else a container
 * engine that answers, else (as root, on Debian) the folder made of Debian packages.
 * @throws ServiceUnavailable when none will do.
 */
export function findKeyValue(kind: KeyValueKind): Promise<ServiceSource> {
  return firstSource(`${facts[kind].title} ${facts[kind].oldest} or newer`, [
    () => onMachine(kind),
    () => inContainer(facts[kind].image),
    () => fromDebian('/usr/bin'),
  ])
}

async function onMachine(kind: KeyValueKind): Promise<LocalSource | string> {
  const { title, oldest } = facts[kind]
  for (const binFolder of (process.env.PATH ?? '').split(delimiter)) {
    const program = join(binFolder, `${kind}-server`)
    if (!binFolder || !existsSync(program)) continue
    // Some systems give Valkey the name of Redis too.
    const version = new RegExp(`^${title} server v=(\\d+)`).exec(
      (await tryRun(program, '--version')) ?? '',
    )?.[1]
    if (Number(version) >= oldest) return { kind: 'local', binFolder, user: userBelowRoot('/') }
    return `${program} is not ${title} ${oldest} or newer`
  }
  return `no ${kind}-server on this machine`
}
