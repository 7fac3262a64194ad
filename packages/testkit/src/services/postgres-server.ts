import pg from 'pg'
import { patiently } from './patiently.js'

/** How PostgreSQL stops: `smart` waits for clients, `fast` closes them, `immediate` skips the clean-up and recovers at the next start. */
export type StopMode = 'smart' | 'fast' | 'immediate'

/** A server of a test's own. */
export interface PostgresServer {
  /** The superuser's URL of database `postgres` on 127.0.0.1; the same after a restart. */
  readonly url: string
  /** Stops the server and resolves when it is gone. */
  stop(mode?: StopMode): Promise<void>
  /** Starts a stopped or killed server and resolves when it answers. */
  start(): Promise<void>
  restart(mode?: StopMode): Promise<void>
  /** Ends every process of the server by SIGKILL, as a crash of the machine would; resolves when they are gone. */
  kill(): Promise<void>
  /** Stops the server and removes its data, unless they are kept. */
  close(): Promise<void>
}

export interface PostgresOptions {
  /** Settings as in `postgresql.conf`, above the ones for tests. */
  readonly settings?: Readonly<Record<string, string | number>>
  /** Folder of the programs of another version on this machine, such as '/usr/lib/postgresql/15/bin'. */
  readonly binFolder?: string
  /** A name under which the data outlives the server, for the next start by that name. Absent: removed by `close`. */
  readonly keepAs?: string
}

/**
 * Settings every server of tests runs with. Nothing waits for the disk: a test's server need not survive a power cut.
 * `synchronous_commit` stays on, so that what was acknowledged survives `kill()`. Dynamic shared memory lies in the data folder,
 * where it cannot outlive the server.
 */
export const testSettings: Readonly<Record<string, string | number>> = {
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: 200,
  shared_buffers: '128MB',
  max_wal_size: '2GB',
  dynamic_shared_memory_type: 'mmap',
  listen_addresses: '127.0.0.1',
}

/** `-c name=value …` for the command line of `postgres`. */
export function settingArguments(settings: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

/** Tries to connect until the server answers a query. @throws the reason of `failed`, or the last error after a minute. */
export function untilItAnswers(url: string, failed: () => string | undefined): Promise<void> {
  return patiently(
    async () => {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 })
      client.on('error', () => {})
      try {
        await client.connect()
        await client.query('select 1')
      } finally {
        await client.end().catch(() => {})
      }
    },
    { failed },
  )
}
