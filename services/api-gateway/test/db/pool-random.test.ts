import { systemClock } from '@voiceassist/kernel'
import { eventually, hasServer, seededRandom, testSeed } from '@voiceassist/testkit'
import { Kysely, PostgresDialect, sql } from 'kysely'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DatabasePool } from '#src/db/database-pool'
import { inTransaction } from '#src/db/held-transaction'
import { getDbPoolStats } from '#src/db/pool-stats'
import type { Database } from '#src/db/schema'
import { PoolFixture, pidOf } from './pool-fixture.js'

const operations = process.env.TEST_LONG ? 30_000 : 3000
const callers = 10
const limits = { size: 3, maxOverflow: 4 }
const kill = `select pg_terminate_backend(pid) from pg_stat_activity
  where pid = $1 and datname = current_database() and application_name = 'voiceassist'`

/** Errors that an operation below may end with; everything else is a fault of the pool. */
const expectedCodes = new Set(['DATABASE_UNREACHABLE', '22012', 'on purpose'])

describe.skipIf(!hasServer())('thousands of random operations', () => {
  let fixture: PoolFixture
  beforeAll(async () => {
    fixture = await PoolFixture.create()
  })
  afterAll(() => fixture?.close())

  test('leak no connection, and the statistics never lie', { timeout: 300_000 }, async () => {
    const random = seededRandom(testSeed('random pool operations'))
    const pool = fixture.pool({ ...limits, clock: systemClock, recycleSeconds: 0.5 })
    const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
    const seenPids = new Set<number>()
    let killed: Promise<unknown> = Promise.resolve()
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!

    const uses: readonly ((client: pg.PoolClient) => Promise<void>)[] = [
      async client => void (await client.query('select 1')),
      async client => void seenPids.add(await pidOf(client)),
      async client => void (await client.query('select 1 / 0')),
      async client => void (await client.query('begin')),
      async client => void (await client.query('select pg_terminate_backend(pg_backend_pid())')),
      async () => {},
    ]
    const steps: readonly (() => Promise<void>)[] = [
      async () => {
        const client = await pool.connect()
        try {
          await pick(uses)(client)
        } finally {
          client.release(random() < 0.1)
        }
      },
      async () => void (await pool.query(pick(['select 1', 'select 1 / 0', 'select pg_sleep(0.002)']))),
      () =>
        inTransaction(db, async transaction => {
          await sql`select 1`.execute(transaction)
          if (random() < 0.3) throw Object.assign(new Error(), { code: 'on purpose' })
        }),
      async () => {
        if (seenPids.size === 0 || random() < 0.8) return
        const pid = pick([...seenPids])
        killed = killed.then(() => fixture.admin.query(kill, [pid]))
        await killed
      },
    ]

    let done = 0
    const ended: Record<string, number> = {}
    const work = async () => {
      while (done++ < operations) {
        let code = 'none'
        try {
          await pick(steps)()
        } catch (error) {
          code = (error as { code?: string }).code ?? String(error)
          expect(expectedCodes, String(error)).toContain(code)
        }
        ended[code] = (ended[code] ?? 0) + 1
        checkStats(pool)
      }
    }
    await Promise.all(Array.from({ length: callers }, work))
    console.log('errors', ended)

    expect(getDbPoolStats(pool)).toMatchObject({ checkedOut: 0, overflow: 0, utilizationPercent: 0 })
    expect(pool.waitingCount).toBe(0)
    expect(pool.idleCount).toBe(pool.totalCount)
    await eventually(async () => expect(await fixture.serverCount()).toBe(pool.totalCount))
    const all = await Promise.all(Array.from({ length: 7 }, () => pool.connect()))
    expect(getDbPoolStats(pool)).toMatchObject({ checkedOut: 7, utilizationPercent: 100 })
    for (const client of all) {
      expect(client.listenerCount('error')).toBeLessThanOrEqual(2)
      client.release()
    }
    expect(pool.totalCount).toBe(limits.size)
  })
})

function checkStats(pool: DatabasePool): void {
  const stats = getDbPoolStats(pool)
  for (const value of Object.values(stats)) expect(value).toBeGreaterThanOrEqual(0)
  expect(stats.utilizationPercent).toBeLessThanOrEqual(100)
  expect(stats.checkedIn + stats.checkedOut).toBe(stats.totalConnections)
  expect(stats.totalConnections).toBeLessThanOrEqual(limits.size + limits.maxOverflow)
  expect(stats.overflow).toBe(Math.max(0, stats.totalConnections - limits.size))
}
