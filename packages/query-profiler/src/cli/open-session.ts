import type { DatabaseSession } from '../advice/database-session.js'
import { ProfilerError } from '../profiler-error.js'
import { type ConnectOptions, connect } from './connect.js'

export interface OpenSession extends DatabaseSession {
  /** For people: 'PostgreSQL 17.5, app on db.example.org'; no password. */
  readonly description: string
  /** Aborted with the reason when the connection is lost, or with the signal that it was opened with. */
  readonly signal: AbortSignal
  close(): Promise<void>
}

const oldestServer = 130_000

/**
 * One connection to the database to be looked at. What is under way in it is cancelled by the signal.
 * @throws ProfilerError DATABASE_UNREADABLE, PROFILER_OPTION_INVALID; the reason of the signal
 */
export async function openSession(options: ConnectOptions): Promise<OpenSession> {
  const client = await connect(options)
  const lost = new AbortController()
  const onEnd = () =>
    lost.abort(
      new ProfilerError('DATABASE_UNREADABLE', 'The connection to the database was lost', {
        remedy: 'See the log of the server, and try again',
      }),
    )
  client.on('end', onEnd)
  const close = async () => {
    client.off('end', onEnd)
    await client.end()
  }
  try {
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
      signal: AbortSignal.any([options.signal, lost.signal]),
      query: async (sql, values) => client.query(sql, values as unknown[]) as never,
      close,
    }
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
}
