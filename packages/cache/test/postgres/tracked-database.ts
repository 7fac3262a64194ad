import { type DatabaseKind, tempDatabase } from '@voiceassist/testkit'
import pg from 'pg'
import { outboxTable, type TrackedTable, trackTable } from '#src/postgres'

/** A table of users whose changes reach the outbox. */
export const users: TrackedTable = trackTable({
  table: 'users',
  columns: ['id', 'org_id'],
  key: row => `user:${row.id}`,
  tags: row => `org:${row.org_id}`,
  namespaces: ['user'],
})

const usersTable = `
  create table users (id bigint primary key, org_id int not null, name text not null default '', note json)`

export interface TrackedDatabase {
  readonly pool: pg.Pool
  query(text: string, params?: unknown[]): Promise<pg.QueryResult>
  /** Another connection; ended by `close`. Of a server only. */
  connect(): Promise<pg.Client>
  /** Of a server only. */
  readonly url: string
  outbox(): Promise<Record<string, unknown>[]>
  /** Makes it as it was at first, while no transaction holds any of it. */
  renew(): Promise<void>
  close(): Promise<void>
}

/** An empty database with the outbox and `users`. */
export async function trackedDatabase(kind: DatabaseKind): Promise<TrackedDatabase> {
  const temp = await tempDatabase({ kind, migrated: false })
  const { pool } = await temp.open({ limits: { size: 4, maxOverflow: 0 } })
  const clients: pg.Client[] = []
  const url = 'url' in temp.location ? temp.location.url : ''
  const tables = `${outboxTable().up}${usersTable}; ${users.up}`
  await pool.query(tables)
  return {
    pool,
    url,
    query: (text, params) => pool.query(text, params),
    async connect() {
      const client = new pg.Client({ connectionString: url })
      client.on('error', () => {})
      await client.connect()
      clients.push(client)
      return client
    },
    outbox: async () =>
      (await pool.query('select tracked, operation, old_row, new_row from cache_outbox order by id')).rows,
    renew: async () => void (await pool.query(`drop schema public cascade; create schema public; ${tables}`)),
    async close() {
      for (const client of clients) await client.end().catch(() => {})
      await temp.close()
    },
  }
}
