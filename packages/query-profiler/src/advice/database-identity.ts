import type { DatabaseSession } from './database-session.js'

/** The same for two sessions of one database only: its server's, that server's last start, and its number in it. */
export async function identityOf(session: DatabaseSession): Promise<string> {
  const { rows } = await session.query<{ identity: string }>(
    `select pg_postmaster_start_time()::text || ' ' || (select oid from pg_database where datname = current_database()) as identity`,
  )
  return rows[0]?.identity ?? ''
}
