import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { guard } from './guard.js'
import {
  type PostgresOptions,
  type PostgresServer,
  type StopMode,
  settingArguments,
  testSettings,
  untilItAnswers,
} from './postgres-server.js'
import type { LocalSource } from './postgres-source.js'
import { childrenOf, isAlive, killAndWait } from './processes.js'

const stopSignals = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' } as const

/** Runs when the test's process is gone or done: the server's first process writes its number into its data folder. */
const cleanUp = `
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid"
n=0; while [ -n "$pid" ] && [ $n -lt 100 ] && kill -0 "$pid"; do sleep 0.1; n=$((n+1)); done
rm -rf "$1"`

/** Starts a server with a new data folder from the programs of `source`. */
export async function startLocalPostgres(
  source: LocalSource,
  options: PostgresOptions,
  port: number,
): Promise<PostgresServer> {
  const inner = join(
    source.root ? '/srv' : tmpdir(),
    `voiceassist-postgres-${randomBytes(6).toString('hex')}`,
  )
  const folder = source.root ? join(source.root, inner) : inner
  mkdirSync(folder, { mode: 0o700 })
  const keeper = guard(cleanUp, folder)
  if (source.user) chownSync(folder, source.user.uid, source.user.gid)
  const server = new LocalPostgres(source, inner, folder, port, options)
  const close = async () => {
    await server.stop('immediate')
    await keeper.release()
  }
  try {
    await server.create()
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

class LocalPostgres {
  readonly url: string
  readonly #source: LocalSource
  readonly #data: string
  readonly #folder: string
  readonly #arguments: string[]
  #process: ChildProcess | undefined

  constructor(source: LocalSource, inner: string, folder: string, port: number, options: PostgresOptions) {
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`
    this.#source = source
    this.#data = join(inner, 'data')
    this.#folder = folder
    const settings = { ...testSettings, ...options.settings, port, unix_socket_directories: inner }
    this.#arguments = ['-D', this.#data, ...settingArguments(settings)]
  }

  async create() {
    const child = this.#spawn('initdb', [
      ...['-D', this.#data, '--username=postgres', '--auth=trust', '--no-sync', '--no-instructions'],
      ...['--encoding=UTF8', '--locale=C.UTF-8'],
    ])
    const [code] = await once(child, 'exit')
    if (code !== 0) throw new Error(`initdb failed: ${this.#log()}`)
  }

  async start() {
    if (this.#isRunning()) return
    const child = this.#spawn('postgres', this.#arguments)
    this.#process = child
    await untilItAnswers(this.url, () => (this.#isRunning() ? undefined : `PostgreSQL ended: ${this.#log()}`))
    child.unref()
  }

  async stop(mode: StopMode = 'fast') {
    const child = this.#process
    if (!child || !this.#isRunning()) return
    child.ref()
    const gone = once(child, 'exit')
    child.kill(stopSignals[mode])
    await gone
  }

  async kill() {
    const child = this.#process
    if (!child?.pid || !this.#isRunning()) return
    child.ref()
    const gone = once(child, 'exit')
    const backends = childrenOf(child.pid)
    // The first process goes first: it would restart the others.
    child.kill('SIGKILL')
    await gone
    await killAndWait(backends.filter(isAlive))
    // Its number may belong to another process by the time the clean-up reads it.
    rmSync(join(this.#folder, 'data/postmaster.pid'), { force: true })
  }

  #isRunning(): boolean {
    return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null
  }

  #spawn(program: string, args: readonly string[]): ChildProcess {
    const { root, user, binFolder } = this.#source
    const path = join(binFolder, program)
    const log = openSync(join(this.#folder, 'log'), 'a')
    // A session of its own, so that Ctrl-C ends the tests first and the server after them.
    const options = { detached: true, stdio: ['ignore', log, log] as ['ignore', number, number], cwd: '/' }
    const child = root
      ? spawn('chroot', [`--userspec=${user?.uid}:${user?.gid}`, root, path, ...args], options)
      : spawn(path, args, { ...options, ...user })
    closeSync(log)
    return child
  }

  #log(): string {
    return readFileSync(join(this.#folder, 'log'), 'utf8').trim().split('\n').slice(-3).join(' | ')
  }
}
