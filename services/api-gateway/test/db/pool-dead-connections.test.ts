import { createServer } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { systemClock } from '@voiceassist/kernel'
import { eventually, FakeClock, hasServer } from '@voiceassist/testkit'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DatabasePool, type DatabasePoolOptions, defaultPoolLimits } from '#src/db/database-pool'
import { inTransaction } from '#src/db/held-transaction'
import { getDbPoolStats } from '#src/db/pool-stats'
import type { Database } from '#src/db/schema'
import { PoolFixture, pidOf } from './pool-fixture.js'
import { TcpProxy } from './tcp-proxy.js'

const lost = { code: 'DATABASE_UNREACHABLE', name: 'ConnectionLost', status: 503 }

describe.skipIf(!hasServer())('a dead connection', () => {
  let fixture: PoolFixture
  let proxy: TcpProxy
  const uncaught: unknown[] = []
  const onUncaught = (error: unknown) => uncaught.push(error)
  beforeAll(async () => {
    fixture = await PoolFixture.create()
    process.on('uncaughtExceptionMonitor', onUncaught)
  })
  beforeEach(async () => {
    proxy = await new TcpProxy(fixture.url).start()
  })
  afterEach(async () => {
    await proxy.close()
    expect(uncaught).toEqual([])
  })
  afterAll(async () => {
    process.off('uncaughtExceptionMonitor', onUncaught)
    await fixture?.close()
  })

  /** A pool whose `count` connections idle. */
  async function idlePool(count: number, url = fixture.url, options: Partial<DatabasePoolOptions> = {}) {
    const connection = { connectionString: url }
    const pool = fixture.pool({ size: count, maxOverflow: 0, connection, ...options })
    const lent = await Promise.all(Array.from({ length: count }, () => pool.connect()))
    const pids = await Promise.all(lent.map(pidOf))
    for (const client of lent) client.release()
    return { pool, pids }
  }

  test('whose end was noticed while it idled is dropped', async () => {
    const { pool, pids } = await idlePool(2)
    await fixture.terminate(pids[0]!)
    await eventually(() => expect(pool.totalCount).toBe(1))
    for (let n = 0; n < 3; n++) expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    expect(getDbPoolStats(pool)).toMatchObject({ checkedIn: 1, checkedOut: 0 })
  })

  test('that idled over a second unnoticed is never lent', async () => {
    const { pool, pids } = await idlePool(1, proxy.url)
    proxy.freeze()
    await fixture.terminate(pids[0]!)
    await pool.clock.advance(1001)
    const acquired = pool.connect()
    await eventually(() => expect(proxy.swallowedBytes).toBeGreaterThan(0))
    await pool.clock.advance(2000)
    const client = await acquired
    expect(await pidOf(client)).not.toBe(pids[0])
    client.release()
    expect(getDbPoolStats(pool)).toMatchObject({ totalConnections: 1, checkedIn: 1 })
  })

  test('among many that went silent costs one check, not one each', async () => {
    const { pool, pids } = await idlePool(5, proxy.url)
    proxy.freeze()
    await pool.clock.advance(1001)
    const acquired = pool.connect()
    await eventually(() => expect(proxy.swallowedBytes).toBeGreaterThan(0))
    await pool.clock.advance(2000)
    const client = await acquired
    expect(pids).not.toContain(await pidOf(client))
    expect(pool.clock.monotonic()).toBe(3001)
    expect(pool.totalCount).toBe(1)
    client.release()
  })

  test('is not waited for beyond the time to acquire', async () => {
    const { pool } = await idlePool(1, proxy.url, { acquireTimeoutMs: 1500 })
    proxy.freeze()
    await pool.clock.advance(1001)
    const outcome = pool.connect().catch(error => error)
    await eventually(() => expect(proxy.swallowedBytes).toBeGreaterThan(0))
    await pool.clock.advance(1500)
    expect(await outcome).toMatchObject({ code: 'DATABASE_UNREACHABLE' })
    await eventually(() => expect(getDbPoolStats(pool)).toMatchObject({ checkedOut: 0 }))
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  test('is suspected when another one breaks, however short it idled', async () => {
    const { pool, pids } = await idlePool(2, proxy.url)
    const lent = await pool.connect()
    const pid = await pidOf(lent)
    const other = pids.find(candidate => candidate !== pid)!
    const failure = lent.query('select pg_sleep(60)').catch(error => error)
    await fixture.terminate(pid)
    expect(await failure).toMatchObject(lost)
    proxy.freeze()
    await fixture.terminate(other)
    lent.release()
    const acquired = pool.connect()
    await eventually(() => expect(proxy.swallowedBytes).toBeGreaterThan(0))
    await pool.clock.advance(2000)
    const next = await acquired
    expect((await next.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    next.release()
  })

  test('that is alive after a long idling is lent again', async () => {
    const { pool, pids } = await idlePool(1)
    await pool.clock.advance(60_000)
    const client = await pool.connect()
    expect(await pidOf(client)).toBe(pids[0])
    client.release()
  })

  test('fails the query that was on its way, with a code, and the next query works', async () => {
    const pool = fixture.pool({ size: 2, maxOverflow: 0 })
    const client = await pool.connect()
    const pid = await pidOf(client)
    const failure = client.query('select pg_sleep(60)').catch(error => error)
    await fixture.terminate(pid)
    const error = await failure
    expect(error).toMatchObject(lost)
    expect(error.cause).toMatchObject({ code: '57P01' })
    await expect(client.query('select 1')).rejects.toBe(error)
    client.release()
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    expect(getDbPoolStats(pool)).toMatchObject({ checkedOut: 0, totalConnections: 1 })
  })

  test('between two queries of its borrower ends nothing but itself', async () => {
    const pool = fixture.pool({ size: 1, maxOverflow: 0 })
    const client = await pool.connect()
    const broken = new Promise(resolve => client.once('error', resolve))
    await fixture.terminate(await pidOf(client))
    expect(await broken).toMatchObject(lost)
    await expect(client.query('select 1')).rejects.toMatchObject(lost)
    client.release()
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  test('fails pool.query with a code, however it broke', async () => {
    const pool = fixture.pool({ size: 1, maxOverflow: 0, connection: { connectionString: proxy.url } })
    await pool.query('select 1')
    const cut = pool.query('select pg_sleep(60)').catch(error => error)
    await eventually(async () => {
      const found = await fixture.admin.query(
        `select 1 from pg_stat_activity where query like '%pg_sleep(60)' and state = 'active'
         and datname = current_database() and pid <> pg_backend_pid()`,
      )
      expect(found.rowCount).toBe(1)
    })
    await proxy.close()
    expect(await cut).toMatchObject(lost)
    proxy = await new TcpProxy(fixture.url).start()
  })

  test('before a transaction has begun is replaced, and after that it is the caller’s error', async () => {
    const { pool, pids } = await idlePool(1, proxy.url, { clock: systemClock })
    const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
    // Still trusted: it idled for less than a second. The `begin` itself finds the connection dead.
    proxy.freeze()
    const answer = inTransaction(db, async transaction => {
      return (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(transaction)).rows[0]!.pid
    })
    await eventually(() => expect(proxy.swallowedBytes).toBeGreaterThan(0))
    await proxy.close()
    proxy = await new TcpProxy(fixture.url).start()
    Object.assign(pool.options, { connectionString: proxy.url })
    expect(pids).not.toContain(await answer)

    let runs = 0
    const broken = inTransaction(db, async transaction => {
      runs++
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(transaction)
      await fixture.terminate(rows[0]!.pid)
      await sql`select 1`.execute(transaction)
    })
    await expect(broken).rejects.toMatchObject({ ...lost, cause: { code: '57P01' } })
    expect(runs).toBe(1)

    const reason = new Error('on purpose')
    const failing = inTransaction(db, async transaction => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(transaction)
      await fixture.terminate(rows[0]!.pid)
      throw reason
    })
    await expect(failing).rejects.toBe(reason)
  })
})

describe('a server that is away', () => {
  test('is asked again until the time to acquire is over, and then named as the reason', async () => {
    const nobody = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => nobody.once('listening', resolve))
    const { port } = nobody.address() as { port: number }
    await new Promise(resolve => nobody.close(resolve))
    const clock = new FakeClock()
    const connection = { connectionString: `postgres://nobody@127.0.0.1:${port}/nowhere` }
    const pool = new DatabasePool({ ...defaultPoolLimits, connection, clock })
    let settled = false
    const outcome = pool.connect().catch(error => error)
    void outcome.finally(() => {
      settled = true
    })
    // Time stands still while an attempt is under way.
    while (!settled) await (pool.totalCount === 0 ? clock.advance(25) : setImmediate())
    const error = await outcome
    expect(error).toMatchObject({ code: 'DATABASE_UNREACHABLE', status: 503 })
    expect(error.message).toContain('ECONNREFUSED')
    expect(clock.monotonic()).toBeGreaterThanOrEqual(29_000)
    expect(clock.monotonic()).toBeLessThanOrEqual(30_100)
    expect(getDbPoolStats(pool)).toMatchObject({ totalConnections: 0, checkedOut: 0 })
    await pool.end()
  })

  test('that takes connections and says nothing is not waited for any longer', async () => {
    const mute = createServer(() => {}).listen(0, '127.0.0.1')
    await new Promise(resolve => mute.once('listening', resolve))
    const { port } = mute.address() as { port: number }
    const clock = new FakeClock()
    const connection = { connectionString: `postgres://nobody@127.0.0.1:${port}/nowhere` }
    const limits = { ...defaultPoolLimits, acquireTimeoutMs: 500 }
    const pool = new DatabasePool({ ...limits, connection, clock })
    const outcome = pool.connect().catch(error => error)
    await clock.advance(500)
    expect(await outcome).toMatchObject({ code: 'DATABASE_UNREACHABLE' })
    expect((await outcome).message).toContain('no answer within 500 ms')
    await eventually(() => expect(pool.totalCount).toBe(0))
    await pool.end()
    mute.close()
  })
})
