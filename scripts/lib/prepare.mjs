// Installing and building, as `npm start` and `npm test` on a fresh clone need them; nothing to do costs next to nothing.
// Only Node's own modules here: this runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/**
 * True when `node_modules` lacks a package of `package-lock.json`, or holds another version of it. Optional packages are
 * left out: which of them npm installs depends on the machine.
 * @param {string} root the project's folder
 */
export function installIsStale(root) {
  const installed = packagesOf(join(root, 'node_modules/.package-lock.json'))
  const wanted = packagesOf(join(root, 'package-lock.json'))
  if (!installed || !wanted) return true
  return Object.entries(wanted).some(([path, entry]) => {
    if (!path.includes('node_modules/') || entry.optional || entry.devOptional) return false
    const found = installed[path]
    return !found || found.version !== entry.version || found.link !== entry.link
  })
}

/**
 * @param {string} file a lock file of npm
 * @returns {Record<string, { version?: string, link?: boolean, optional?: boolean, devOptional?: boolean }> | undefined}
 */
function packagesOf(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined
}

/**
 * Installs the locked packages when they are not there. What npm prints is shown only when it fails.
 * @param {string} root
 * @returns {boolean} whether the packages are there now
 */
export function ensureInstalled(root) {
  if (!installIsStale(root)) return true
  process.stderr.write('Installing packages…\n')
  const { status, stdout, stderr } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  })
  if (status !== 0) process.stderr.write(`${stdout}${stderr}npm ci failed\n`)
  return status === 0
}

/**
 * Compiles what has changed of one project and of those it refers to.
 * @param {string} root
 * @param {string} project folder of the project, from the root
 * @returns {Promise<boolean>} whether it compiles
 */
export async function ensureBuilt(root, project) {
  // A build that takes longer than a look at an unchanged tree says what it is doing.
  const notice = setTimeout(() => process.stderr.write('Building…\n'), 1000)
  const child = spawn(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--build', project], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  const [code] = await once(child, 'exit')
  clearTimeout(notice)
  return code === 0
}

/**
 * True when the built console is missing, or older than one of its sources or what goes into it with them.
 * @param {string} root
 */
export function consoleIsStale(root) {
  const folder = join(root, 'apps/console')
  const built = join(folder, 'dist/index.html')
  if (!existsSync(built)) return true
  const builtAt = statSync(built).mtimeMs
  const sources = ['index.html', 'vite.config.ts', 'package.json', 'src', 'public'].map(name =>
    join(folder, name),
  )
  const others = [join(root, 'packages/api-contract/src'), join(root, 'package-lock.json')]
  return [...sources, ...others].some(path => newestOf(path) > builtAt)
}

/**
 * @param {string} path a file, or a folder with all that is in it
 * @returns {number} when it was changed last; 0 where there is none
 */
function newestOf(path) {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found?.isDirectory()) return found?.mtimeMs ?? 0
  const inner = readdirSync(path, { recursive: true }).map(name => statSync(join(path, String(name))).mtimeMs)
  return Math.max(found.mtimeMs, ...inner)
}

/**
 * Builds the page that the gateway serves at /console, when its sources have changed. Its types are tsc's to check.
 * @param {string} root
 * @returns {boolean} whether it is there now
 */
export function ensureConsole(root) {
  const folder = join(root, 'apps/console')
  if (!existsSync(join(folder, 'index.html')) || !consoleIsStale(root)) return true
  process.stderr.write('Building the console…\n')
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [vite, 'build', '--logLevel=warn'], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (status !== 0) process.stderr.write(`${stdout}${stderr}The console could not be built\n`)
  return status === 0
}
