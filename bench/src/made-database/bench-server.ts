import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, fdatasyncSync, openSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type PostgresServer, startPostgres } from '@voiceassist/testkit'
import { connect } from './made-database.js'

export interface BenchServer {
  readonly url: string
  /** Of the server's first process; undefined on another machine or in a container. */
  readonly pid: number | undefined
  /**
   * Restarts the server, and has the system forget its files: what is asked next comes from the disk, or from whatever
   * lies below this machine. Undefined: the server is not the bench's own.
   */
  readonly forget: (() => Promise<void>) | undefined
  close(): Promise<void>
}

/** A server of somebody else's, or one of the bench's own, whose data are kept for the next run. */
export async function benchServer(url?: string): Promise<BenchServer> {
  if (url !== undefined) return { url, pid: undefined, forget: undefined, close: async () => {} }
  const server = await startPostgres({
    keepAs: 'bench-gateway',
    settings: {
      autovacuum: 'off',
      shared_buffers: '1GB',
      effective_cache_size: '4GB',
      wal_level: 'minimal',
      max_wal_senders: 0,
      max_wal_size: '8GB',
      checkpoint_timeout: '1h',
      // Shared memory of parallel queries that lies in files would be measured too.
      dynamic_shared_memory_type: 'sysv',
    },
  })
  try {
    return await withFiles(server)
  } catch (error) {
    await server.close()
    throw error
  }
}

async function withFiles(server: PostgresServer): Promise<BenchServer> {
  const found = await filesOf(server.url)
  let pid = found?.pid
  return {
    url: server.url,
    get pid() {
      return pid
    },
    forget:
      found &&
      (async () => {
        await server.stop()
        forgetFiles(found.folder)
        await server.start()
        pid = (await filesOf(server.url))?.pid
      }),
    close: () => server.close(),
  }
}

/** The data folder as this process sees it: the server may run below another root. */
async function filesOf(url: string): Promise<{ readonly pid: number; readonly folder: string } | undefined> {
  const client = await connect(url)
  try {
    const { rows } = await client.query<{ pid: number; folder: string }>(
      `select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int as pid, current_setting('data_directory') as folder`,
    )
    const { pid, folder } = rows[0]!
    const root = `/proc/${pid}/root`
    if (!existsSync(root)) return undefined
    const path = join(readlinkSync(root), folder)
    return existsSync(join(path, 'base')) ? { pid, folder: path } : undefined
  } finally {
    await client.end()
  }
}

/** posix_fadvise(DONTNEED) of each file, which GNU dd asks for; what is not on the disk yet would stay. Small files, the catalogs, do. */
function forgetFiles(folder: string): void {
  const base = join(folder, 'base')
  for (const entry of readdirSync(base, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const file = openSync(path, 'r+')
    fdatasyncSync(file)
    closeSync(file)
  }
  execFileSync('sh', [
    '-c',
    `find "$1" -type f -size +128k -exec sh -c 'for f; do dd if="$f" iflag=nocache count=0 status=none; done' sh {} +`,
    'sh',
    base,
  ])
}
