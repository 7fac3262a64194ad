import { type DatabaseKind, tempDatabase } from '@voiceassist/testkit'
import pg from 'pg'
import type { DatabaseSession } from '#src/advice/database-session'

export interface AdvisedDatabase {
  readonly session: DatabaseSession
  /** Of a server. */
  readonly url: string | undefined
  /** Statements, each ended by a semicolon at the end of a line. */
  run(sql: string): Promise<void>
  close(): Promise<void>
}

/** An empty database, and one connection to it that stays the same. */
export async function advisedDatabase(kind: DatabaseKind, setup = ''): Promise<AdvisedDatabase> {
  const temp = await tempDatabase({ kind, migrated: false })
  const { client, end, url } = await connect(temp)
  const session: DatabaseSession = {
    query: (sql, values) => client.query(sql, values as unknown[]) as never,
  }
  const run = async (sql: string) => {
    for (const statement of sql.split(/;\n/).filter(part => part.trim())) await session.query(statement)
  }
  await run(setup)
  return { session, url, run, close: () => end().finally(() => temp.close()) }
}

async function connect(temp: Awaited<ReturnType<typeof tempDatabase>>) {
  if ('url' in temp.location) {
    const client = new pg.Client({ connectionString: temp.location.url })
    await client.connect()
    return { client, end: () => client.end(), url: temp.location.url }
  }
  const { pool } = await temp.open()
  const client = await pool.connect()
  return { client, end: async () => client.release(), url: undefined }
}
