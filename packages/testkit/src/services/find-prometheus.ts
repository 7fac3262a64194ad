import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fromDebian, userBelowRoot } from './debian-folder.js'
import { firstSource, type LocalSource } from './service-source.js'

/**
 * Where Prometheus and promtool are: in a folder of PATH, else (as root, on Debian) in the folder of Debian packages.
 * @throws ServiceUnavailable when in neither.
 */
export async function findPrometheus(): Promise<LocalSource> {
  const source = await firstSource('Prometheus', [onMachine, () => fromDebian('/usr/bin')])
  return source as LocalSource
}

async function onMachine(): Promise<LocalSource | string> {
  const binFolder = (process.env.PATH ?? '')
    .split(delimiter)
    .find(folder => folder && ['prometheus', 'promtool'].every(name => existsSync(join(folder, name))))
  return binFolder === undefined
    ? 'no prometheus and promtool on this machine'
    : { kind: 'local', binFolder, user: userBelowRoot('/') }
}
