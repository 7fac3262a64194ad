import { FakeClock } from '@voiceassist/testkit'
import { Kysely, PostgresDialect } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DatabasePool, defaultPoolLimits } from '#src/db/database-pool'
import { inTransaction } from '#src/db/held-transaction'
import type { Database } from '#src/db/schema'
import { ScriptedPostgres } from './scripted-postgres.js'

describe('a server that says its last words', () => {
  let server: ScriptedPostgres
  let clock: FakeClock
  let pool: DatabasePool
  beforeEach(async () => {
    server = await new ScriptedPostgres().start()
    clock = new FakeClock()
    pool = new DatabasePool({
      ...defaultPoolLimits,
      connection: { connectionString: server.url },
      setUp: 'set up',
      clock,
    })
  })
  afterEach(async () => {
    void pool.end() // not awaited: a test that failed may hold a connection
    await server.close()
  })

  async function usesOneConnection() {
    const client = await pool.connect()
    client.release()
    expect(server.connections).toBe(1)
  }

  function breaksOnce(statement: string) {
    let broken = false
    server.breaks = asked => {
      if (broken || asked !== statement) return undefined
      broken = true
      return 'after'
    }
  }

  test('in the packet that answers the check of an idle connection is not lent', async () => {
    await usesOneConnection()
    breaksOnce('select 1')
    await clock.advance(1001)
    const client = await pool.connect()
    await client.query('select 2')
    client.release()
    expect(server.connections).toBe(2)
  })

  test('in the packet that answers the set-up of a new connection is not lent', async () => {
    breaksOnce('set up')
    const client = await pool.connect()
    await client.query('select 2')
    client.release()
    expect(server.connections).toBe(2)
  })

  test('to one transaction after the other as each begins fails none while a connection can be had', async () => {
    const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
    let left = 7
    server.breaks = statement => (statement.startsWith('begin') && left-- > 0 ? 'instead' : undefined)
    expect(await inTransaction(db, async () => 'done')).toBe('done')
    expect(server.connections).toBe(8)
  })

  test('to every transaction that begins ends in an error', async () => {
    const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
    server.breaks = statement => (statement.startsWith('begin') ? 'instead' : undefined)
    await expect(inTransaction(db, async () => 'done')).rejects.toMatchObject({ name: 'ConnectionLost' })
  })
})
