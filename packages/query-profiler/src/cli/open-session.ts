import pg from 'pg'
import type { DatabaseSession } from '../advice/database-session.js'
import { ProfilerError } from '../profiler-error.js'

export interface OpenSession extends DatabaseSession {
  /** For people: 'PostgreSQL 17.5, app on db.example.org'; no password. */
  readonly description: string
  close(): Promise<void>
}

const connectTimeoutMs = 10_000
const oldestServer = 130_000

export interface OpenSessionOptions {
  /** Absent: PGHOST and its like. */
  readonly url: string | undefined
  /** False: indexes may be built in it. */
  readonly readOnly: boolean
}

/**
 * One connection to the database to be looked at.
 * @throws ProfilerError DATABASE_UNREADABLE.
 */
export async function openSession({ url, readOnly }: OpenSessionOptions): Promise<OpenSession> {
  const client = new pg.Client({
    ...(url === undefined ? {} : { connectionString: url }),
    application_name: 'voiceassist-profiler',
    connectionTimeoutMillis: connectTimeoutMs,
    ...(readOnly ? { options: '-c default_transaction_read_only=on' } : {}),
  })
  client.on('error', () => {}) // the query under way fails with it
  try {
    await client.connect()
    const { rows } = await client.query<{ number: number; version: string; database: string }>(
      `select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
              current_database() as database`,
    )
    const { number, version, database } = rows[0]!
    if (number < oldestServer)
      throw new ProfilerError('DATABASE_UNREADABLE', `The server is PostgreSQL ${version}`, {
        remedy: 'PostgreSQL 13 is the oldest that is read',
      })
    return {
      description: `PostgreSQL ${version}, ${database} on ${client.host || 'a local socket'}`,
      query: async (sql, values) => client.query(sql, values as unknown[]) as never,
      close: () => client.end(),
    }
  } catch (error) {
    await client.end().catch(() => {})
    throw error instanceof ProfilerError ? error : unreadable(error)
  }
}

/** What the server says about a login holds no value of a query. */
function unreadable(error: unknown): ProfilerError {
  const message = error instanceof Error ? error.message || error.name : String(error)
  return new ProfilerError('DATABASE_UNREADABLE', `The database does not answer: ${message}`, {
    remedy: 'Check the URL, and that the login may connect',
    cause: error,
  })
}
