import { cp, mkdir, rm } from 'node:fs/promises'
import type { DatabaseSession } from '@voiceassist/query-profiler'
import pg from 'pg'
import { openEmbeddedPostgres } from '../db/embedded/embedded-postgres.js'
import type { OpenDatabase } from '../db/open-database.js'

export interface CopiedDatabase extends DatabaseSession {
  /** Removes the copy. */
  close(): Promise<void>
}

/**
 * Copies the embedded database `from` its folder into another, readable by its owner only: indexes can be built there
 * and asked of the planner. Whoever asks the database waits while the files are copied, since its one connection is
 * held. What an earlier process left in the folder is replaced.
 */
export async function copyDatabase(
  { pool }: Pick<OpenDatabase, 'pool'>,
  from: string,
  copy: string,
): Promise<CopiedDatabase> {
  const remove = () => rm(copy, { recursive: true, force: true })
  await remove()
  try {
    await mkdir(copy, { mode: 0o700 })
    const client = await pool.connect()
    try {
      await client.query('checkpoint')
      await cp(from, copy, { recursive: true })
    } finally {
      client.release()
    }
    const engine = await openEmbeddedPostgres({ dataFolder: copy })
    const session = new pg.Client({ stream: engine.stream as never })
    await session.connect()
    return {
      query: async (sql, values) => session.query(sql, values as unknown[]) as never,
      async close() {
        await session.end()
        await engine.close()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}
