import { FakeClock, type TempDatabase, tempDatabase } from '@voiceassist/testkit'
import pg from 'pg'
import { DatabasePool, type DatabasePoolOptions, defaultPoolLimits } from '#src/db/database-pool'

/** A database on the run's server, an administrator's connection to it, and pools that are closed at the end. */
export class PoolFixture {
  readonly url: string
  readonly admin: pg.Client
  readonly #temp: TempDatabase
  readonly #pools: DatabasePool[] = []

  private constructor(temp: TempDatabase, url: string) {
    this.#temp = temp
    this.url = url
    this.admin = new pg.Client({ connectionString: url, application_name: 'admin' })
  }

  static async create(): Promise<PoolFixture> {
    const temp = await tempDatabase({ kind: 'server', migrated: false })
    const fixture = new PoolFixture(temp, (temp.location as { url: string }).url)
    await fixture.admin.connect()
    return fixture
  }

  pool(options: Partial<DatabasePoolOptions> = {}): DatabasePool & { clock: FakeClock } {
    const clock = new FakeClock()
    const pool = new DatabasePool({
      ...defaultPoolLimits,
      connection: { connectionString: this.url },
      clock,
      ...options,
    })
    this.#pools.push(pool)
    return Object.assign(pool, { clock })
  }

  /** How many connections of pools the server has. */
  async serverCount(): Promise<number> {
    const found = await this.admin.query(
      `select count(*)::int as n from pg_stat_activity
       where datname = current_database() and application_name = 'voiceassist'`,
    )
    return found.rows[0].n
  }

  async terminate(pid: number): Promise<void> {
    await this.admin.query('select pg_terminate_backend($1, 5000)', [pid])
  }

  async close(): Promise<void> {
    // Not awaited: a test that failed may hold a connection, which goes with the database.
    for (const pool of this.#pools) void pool.end()
    await this.admin.end()
    await this.#temp.close()
  }
}

export async function pidOf(client: pg.ClientBase): Promise<number> {
  return (await client.query('select pg_backend_pid() as pid')).rows[0].pid
}
