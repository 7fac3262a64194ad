import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { ServiceUnavailable } from './service-source.js'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const install =
  'apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core'

/**
 * Path of a browser for the tests: Chromium or Chrome of PATH, else (with `CI=true`, as root on Debian) the package, which
 * it installs.
 * @throws ServiceUnavailable when there is none
 */
export async function findChromium(): Promise<string> {
  const there = onMachine()
  if (there) return there
  const tried = ['no chromium on this machine']
  if (process.env.CI !== 'true') tried.push('installed by the tests with CI=true only')
  else if (!existsSync('/etc/debian_version')) tried.push('not a Debian system')
  else if (process.getuid?.() !== 0) tried.push('not root, so nothing is installed')
  else {
    process.stderr.write('Installing Chromium…\n')
    const child = spawn('sh', ['-c', install], {
      stdio: ['ignore', 2, 2],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    const [code] = await once(child, 'exit')
    const installed = onMachine()
    if (installed) return installed
    tried.push(`apt-get ended with ${code}`)
  }
  throw new ServiceUnavailable('Chromium', tried)
}

function onMachine(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  return folders.flatMap(folder => names.map(name => join(folder, name))).find(path => existsSync(path))
}
