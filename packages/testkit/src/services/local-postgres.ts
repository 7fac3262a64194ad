import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { guard } from './guard.js'
import { isRunning, type LocalFolder, lastWords, makeFolder, spawnProgram } from './local-process.js'
import {
  type PostgresOptions,
  type PostgresServer,
  type StopMode,
  settingArguments,
  testSettings,
  untilItAnswers,
} from './postgres-server.js'
import { childrenOf, isAlive, killAndWait } from './processes.js'
import type { LocalSource } from './service-source.js'

const stopSignals = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' } as const

/** Runs when the test's process is gone or done: the server's first process writes its number into its data folder. */
const cleanUp = `
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) && kill "-$2" "$pid"
n=0; while [ -n "$pid" ] && [ $n -lt 100 ] && kill -0 "$pid"; do sleep 0.1; n=$((n+1)); done
`
const removeToo = `${cleanUp}rm -rf "$1"`

/** Starts a server with a new data folder from the programs of `source`. */
export async function startLocalPostgres(
  source: LocalSource,
  options: PostgresOptions,
  port: number,
): Promise<PostgresServer> {
  const isKept = options.keepAs !== undefined
  const folder = makeFolder(source, 'postgres', options.keepAs)
  if (isKept) refuseInUse(folder)
  const isMade = existsSync(join(folder.path, 'data/PG_VERSION'))
  const keeper = isKept ? guard(cleanUp, folder.path, 'INT') : guard(removeToo, folder.path, 'QUIT')
  const server = new LocalPostgres(source, folder, port, options)
  const close = async () => {
    await server.stop(isKept ? 'fast' : 'immediate')
    await keeper.release()
  }
  try {
    if (!isMade) await server.create()
    await server.start()
  } catch (error) {
    await close()
    throw error
  }
  return {
    url: server.url,
    stop: mode => server.stop(mode),
    start: () => server.start(),
    restart: async mode => {
      await server.stop(mode)
      await server.start()
    },
    kill: () => server.kill(),
    close,
  }
}

/** Before the clean-up is set up, which would end the other server. */
function refuseInUse(folder: LocalFolder) {
  const file = join(folder.path, 'data/postmaster.pid')
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : 0
  if (pid > 0 && isAlive(pid)) throw new Error(`Another PostgreSQL (process ${pid}) has ${folder.path}`)
}

class LocalPostgres {
  readonly url: string
  readonly #source: LocalSource
  readonly #data: string
  readonly #folder: LocalFolder
  readonly #arguments: string[]
  #process: ChildProcess | undefined

  constructor(source: LocalSource, folder: LocalFolder, port: number, options: PostgresOptions) {
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`
    this.#source = source
    this.#data = join(folder.inner, 'data')
    this.#folder = folder
    const settings = { ...testSettings, ...options.settings, port, unix_socket_directories: folder.inner }
    this.#arguments = ['-D', this.#data, ...settingArguments(settings)]
  }

  async create() {
    const child = spawnProgram(this.#source, this.#folder, 'initdb', [
      ...['-D', this.#data, '--username=postgres', '--auth=trust', '--no-sync', '--no-instructions'],
      ...['--encoding=UTF8', '--locale=C.UTF-8'],
    ])
    const [code] = await once(child, 'exit')
    if (code !== 0) throw new Error(`initdb failed: ${lastWords(this.#folder)}`)
  }

  async start() {
    if (isRunning(this.#process)) return
    const child = spawnProgram(this.#source, this.#folder, 'postgres', this.#arguments)
    this.#process = child
    await untilItAnswers(this.url, () =>
      isRunning(this.#process) ? undefined : `PostgreSQL ended: ${lastWords(this.#folder)}`,
    )
    child.unref()
  }

  async stop(mode: StopMode = 'fast') {
    const child = this.#process
    if (!isRunning(child)) return
    child.ref()
    const gone = once(child, 'exit')
    child.kill(stopSignals[mode])
    await gone
  }

  async kill() {
    const child = this.#process
    if (!isRunning(child) || !child.pid) return
    child.ref()
    const gone = once(child, 'exit')
    const backends = childrenOf(child.pid)
    // The first process goes first: it would restart the others.
    child.kill('SIGKILL')
    await gone
    await killAndWait(backends.filter(isAlive))
    // Its number may belong to another process by the time the clean-up reads it.
    rmSync(join(this.#folder.path, 'data/postmaster.pid'), { force: true })
  }
}
