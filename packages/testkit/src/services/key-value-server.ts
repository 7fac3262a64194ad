import { Redis } from 'ioredis'
import { patiently } from './patiently.js'

export type KeyValueKind = 'redis' | 'valkey'

/** A Redis or Valkey server of a test's own, or a node of its cluster. */
export interface KeyValueServer {
  /** `redis://127.0.0.1:port`; the same after a restart. */
  readonly url: string
  readonly port: number
  /** Of the server's process; undefined while it does not run, and in a container. */
  pid(): number | undefined
  /** Writes the data to disk: every later start begins with them, and without a dump with nothing. */
  dump(): Promise<void>
  /** Stops the server, paused or not, without a dump; resolves when it is gone. */
  stop(): Promise<void>
  /** Starts a stopped or killed server and resolves when it answers. */
  start(): Promise<void>
  /** `dump`: whether the data are dumped first. */
  restart(options?: { readonly dump?: boolean }): Promise<void>
  /** Ends the server by SIGKILL, as a crash of the machine would; resolves when it is gone. */
  kill(): Promise<void>
  /** SIGSTOP: connections stay open, nothing answers. */
  pause(): Promise<void>
  /** SIGCONT. */
  resume(): Promise<void>
  /** Ends the server and removes its data. */
  close(): Promise<void>
}

export interface KeyValueOptions {
  /** Settings as in `redis.conf`, above the ones for tests. */
  readonly settings?: Readonly<Record<string, string | number>>
}

/** What runs the server's process. */
export interface KeyValueProcess {
  /** Starts the process, and resolves without waiting for it to answer. */
  start(): Promise<void>
  /** Why it will not answer; undefined while it may. */
  failed(): string | undefined
  end(signal: 'TERM' | 'KILL'): Promise<void>
  pause(): Promise<void>
  resume(): Promise<void>
  /** Removes what the process left. */
  release(): Promise<void>
  pid(): number | undefined
}

/** Starts `host` and gives it the calls of a server. */
export async function startServer(host: KeyValueProcess, port: number): Promise<KeyValueServer> {
  const url = `redis://127.0.0.1:${port}`
  const server: KeyValueServer = {
    url,
    port,
    pid: () => host.pid(),
    dump: async () => void (await command(url, 'SAVE')),
    stop: async () => {
      // A paused process would keep the signal for later.
      await host.resume()
      await host.end('TERM')
    },
    start: async () => {
      await host.start()
      // While it reads a dump it answers with an error.
      await patiently(() => command(url, 'PING'), { failed: () => host.failed() })
    },
    restart: async (options = {}) => {
      if (options.dump) await server.dump()
      await server.stop()
      await server.start()
    },
    kill: () => host.end('KILL'),
    pause: () => host.pause(),
    resume: () => host.resume(),
    close: async () => {
      await host.end('KILL')
      await host.release()
    },
  }
  try {
    await server.start()
  } catch (error) {
    await server.close()
    throw error
  }
  return server
}

/** The command line of a server: nothing is written to disk unless asked for. */
export function serverArguments(port: number, folder: string, options: KeyValueOptions): string[] {
  const settings = { bind: '127.0.0.1', save: '', appendonly: 'no', ...options.settings, port, dir: folder }
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
}

/** Sends one command by a connection of its own. @throws the server's error, or when it does not answer in 10 s. */
export async function command(url: string, name: string, ...args: (string | number)[]): Promise<unknown> {
  const client = new Redis(url, {
    lazyConnect: true,
    enableReadyCheck: false,
    connectTimeout: 5000,
    commandTimeout: 10_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    return await client.call(name, ...args)
  } finally {
    client.disconnect()
  }
}
