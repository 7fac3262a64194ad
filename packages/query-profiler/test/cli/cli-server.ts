import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PostgresOptions, startPostgres } from '@voiceassist/testkit'
import pg from 'pg'
import { shopSetup } from '../advice/shop-fixture.js'

/** A server of a test's own with the shop in it, and its copies. */
export interface CliServer {
  /** Of a database, as the superuser. */
  url(database: string, user?: string): string
  run(database: string, ...statements: string[]): Promise<pg.QueryResult>
  connect(database: string): Promise<pg.Client>
  /** Everything that is in a database. */
  contentOf(database: string): Promise<string>
  /** The path of a file. */
  file(text: string): string
  close(): Promise<void>
}

/** Databases: `shop`, its copies `copy` and `plain`, and `empty`. @param setup of `shop` but not `plain` */
export async function startCliServer(options: PostgresOptions, setup: string): Promise<CliServer> {
  const folder = mkdtempSync(join(tmpdir(), 'voiceassist-cli-'))
  const { settings, ...others } = options
  const server = await startPostgres({ ...others, settings: { autovacuum: 'off', ...settings } })
  let files = 0
  const url = (database: string, user = 'postgres') => {
    const found = new URL(server.url)
    found.pathname = database
    found.username = user
    return found.href
  }
  const connect = async (database: string) => {
    const client = new pg.Client({ connectionString: url(database) })
    await client.connect()
    return client
  }
  const run = async (database: string, ...statements: string[]) => {
    const client = await connect(database)
    try {
      let result: pg.QueryResult | undefined
      for (const statement of statements) result = await client.query(statement)
      return result as pg.QueryResult
    } finally {
      await client.end()
    }
  }
  await run('postgres', 'create database plain', 'create database empty')
  await run('plain', shopSetup)
  await run('postgres', 'create database shop template plain', 'create database copy template plain')
  if (setup) await run('shop', setup)
  return {
    url,
    connect,
    run,
    async contentOf(database) {
      const { rows } = await run(
        database,
        `select c.oid::int, c.relname, c.relkind, c.relfilenode::int, x.indisvalid from pg_class c
         left join pg_index x on x.indexrelid = c.oid where c.relnamespace = 'public'::regnamespace order by 1`,
      )
      return rows.map(row => JSON.stringify(row)).join('\n')
    },
    file(text) {
      const path = join(folder, `${++files}.sql`)
      writeFileSync(path, text)
      return path
    },
    async close() {
      await server.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** A file as an application's developer would write it, with two statements that cannot be used. */
export function shopWorkload(literal: string): string {
  return `-- days: 7
-- calls: 12000
select * from users where email = '${literal}@example.org';
-- calls: 300
select l.sku from order_lines l where l.order_id = 4711;
selct '${literal}' from;
insert into tenants values (1, '${literal}');
select * from nowhere where secret = '${literal}';
`
}
