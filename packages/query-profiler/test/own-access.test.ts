import { setFlagsFromString } from 'node:v8'
import { systemClock } from '@voiceassist/kernel'
import { hasServer, type TempDatabase, tempDatabase } from '@voiceassist/testkit'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ownAccess } from '#src/own-access'
import { setupQueryProfiling } from '#src/setup-query-profiling'

setFlagsFromString('--allow-natives-syntax')
const haveSameMap = new Function('one', 'other', 'return %HaveSameMap(one, other)') as (
  one: object,
  other: object,
) => boolean

describe.skipIf(!hasServer())('the own connection of a profiler', () => {
  let temp: TempDatabase
  let pool: pg.Pool
  const clients: pg.Client[] = []

  beforeEach(async () => {
    temp = await tempDatabase({ kind: 'server', migrated: false })
    const { url } = temp.location as { url: string }
    class Client extends pg.Client {
      constructor(config?: string | pg.ClientConfig) {
        super(config)
        clients.push(this)
      }
    }
    pool = new pg.Pool({ connectionString: url, max: 2, Client } as pg.PoolConfig)
  })
  afterEach(async () => {
    await pool.end()
    await temp.close()
    clients.length = 0
  })

  test('is none of the pool, is made by its class, and is closed', async () => {
    const profiler = setupQueryProfiling(pool)
    const { rows } = await pool.query('select pg_backend_pid() as backend')
    const session = await ownAccess(pool, systemClock, "set application_name = 'own'").openSession()
    const own = await session.query('select pg_backend_pid() as backend, current_setting($1) as name', [
      'application_name',
    ])
    expect(own.rows[0]).toMatchObject({ name: 'own' })
    expect(own.rows[0]?.backend).not.toBe(rows[0].backend)
    expect([clients.length, pool.totalCount]).toEqual([2, 1])
    await session.close()
    await session.close()
    const left = await pool.query('select from pg_stat_activity where pid = $1', [own.rows[0]?.backend])
    expect(left.rowCount).toBe(0)
    expect(profiler.report().queries).toHaveLength(2)
    await profiler.close()
  })

  test('has the shape of the application’s, so that V8 needs no code for two', async () => {
    const profiler = setupQueryProfiling(pool)
    const lent = await pool.connect()
    await lent.query('select 1')
    const session = await ownAccess(pool, systemClock, undefined).openSession()
    await session.query('select 1')
    const [applications, own] = clients as [pg.Client, pg.Client]
    expect(haveSameMap(applications, own)).toBe(true)
    expect(haveSameMap(applications, new pg.Client())).toBe(false)
    await session.close()
    lent.release()
    await profiler.close()
  })

  test('is refused with what the server says, and nothing stays open', async () => {
    const { url } = temp.location as { url: string }
    const elsewhere = new pg.Pool({ connectionString: url.replace(/\/[^/]*$/, '/nowhere') })
    await expect(ownAccess(elsewhere, systemClock, undefined).openSession()).rejects.toMatchObject({
      code: 'DATABASE_UNREADABLE',
    })
    await expect(ownAccess(pool, systemClock, 'no SQL').openSession()).rejects.toMatchObject({
      code: 'DATABASE_UNREADABLE',
    })
    const { rows } = await pool.query(
      'select count(*)::int as others from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
    expect(rows[0].others).toBe(0)
    await elsewhere.end()
  })
})
