import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatabaseSession } from '@voiceassist/query-profiler'
import pg from 'pg'
import { openEmbeddedPostgres } from '../db/embedded/embedded-postgres.js'
import type { OpenDatabase } from '../db/open-database.js'

export interface CopiedDatabase {
  /** To read the catalog and plans in. */
  readonly session: DatabaseSession
  /** To build indexes in. */
  readonly scratch: DatabaseSession
  /** Removes both. */
  close(): Promise<void>
}

/**
 * Copies the embedded database twice, into a folder that only its owner reads: its one connection is the application's,
 * and what advises reads in one database while it builds indexes in another. Whoever asks the database waits while the
 * files are copied the first time. What an earlier process left in the folder is replaced.
 */
export async function copyDatabase(
  { pool }: Pick<OpenDatabase, 'pool'>,
  from: string,
  to: string,
): Promise<CopiedDatabase> {
  const opened: (() => Promise<unknown>)[] = [() => rm(to, { recursive: true, force: true })]
  const close = async () => {
    for (const end of opened.splice(0).reverse()) await end()
  }
  const open = async (dataFolder: string): Promise<DatabaseSession> => {
    const engine = await openEmbeddedPostgres({ dataFolder })
    opened.push(() => engine.close())
    const client = new pg.Client({ stream: engine.stream as never })
    await client.connect()
    opened.push(() => client.end())
    return { query: async (sql, values) => client.query(sql, values as unknown[]) as never }
  }
  try {
    await rm(to, { recursive: true, force: true })
    await mkdir(to, { mode: 0o700 })
    const [read, built] = [join(to, 'read'), join(to, 'built')]
    const client = await pool.connect()
    try {
      await client.query('checkpoint')
      await cp(from, read, { recursive: true })
    } finally {
      client.release()
    }
    await cp(read, built, { recursive: true })
    return { session: await open(read), scratch: await open(built), close }
  } catch (error) {
    await close()
    throw error
  }
}
