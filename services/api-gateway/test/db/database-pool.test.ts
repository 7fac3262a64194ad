import { eventually, hasServer } from '@voiceassist/testkit'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { getDbPoolStats } from '#src/db/pool-stats'
import { PoolFixture, pidOf } from './pool-fixture.js'

describe.skipIf(!hasServer())('the pool', () => {
  let fixture: PoolFixture
  beforeAll(async () => {
    fixture = await PoolFixture.create()
  })
  afterAll(() => fixture?.close())

  test('opens connections up to size and overflow, and keeps as many as its size', async () => {
    const pool = fixture.pool({ size: 2, maxOverflow: 2 })
    const stats = () => getDbPoolStats(pool)
    const limits = { size: 2, maxOverflow: 2 }
    expect(stats()).toEqual({
      ...limits,
      ...{ checkedIn: 0, checkedOut: 0, overflow: 0, totalConnections: 0, utilizationPercent: 0 },
    })
    const lent: pg.PoolClient[] = []
    for (let n = 0; n < 4; n++) lent.push(await pool.connect())
    expect(new Set(await Promise.all(lent.map(pidOf))).size).toBe(4)
    expect(stats()).toEqual({
      ...limits,
      ...{ checkedIn: 0, checkedOut: 4, overflow: 2, totalConnections: 4, utilizationPercent: 100 },
    })
    lent[0]!.release()
    expect(stats()).toMatchObject({ totalConnections: 3, overflow: 1, checkedOut: 3, utilizationPercent: 75 })
    lent[1]!.release()
    expect(stats()).toMatchObject({ totalConnections: 2, overflow: 0, checkedIn: 0, utilizationPercent: 50 })
    lent[2]!.release()
    lent[3]!.release()
    expect(stats()).toEqual({
      ...limits,
      ...{ checkedIn: 2, checkedOut: 0, overflow: 0, totalConnections: 2, utilizationPercent: 0 },
    })
    await eventually(async () => expect(await fixture.serverCount()).toBe(2))
  })

  test('hands an overflow connection over to who waits, instead of closing it', async () => {
    const pool = fixture.pool({ size: 1, maxOverflow: 1 })
    const base = await pool.connect()
    const overflow = await pool.connect()
    const pid = await pidOf(overflow)
    const waiting = pool.connect()
    await eventually(() => expect(pool.waitingCount).toBe(1))
    overflow.release()
    const handedOver = await waiting
    expect(await pidOf(handedOver)).toBe(pid)
    handedOver.release()
    expect(pool.totalCount).toBe(1)
    base.release()
    expect(pool.idleCount).toBe(1)
  })

  test('serves those who wait in the order of their coming', async () => {
    const pool = fixture.pool({ size: 1, maxOverflow: 0 })
    const served: number[] = []
    const first = await pool.connect()
    const others = [1, 2, 3].map(async n => {
      const client = await pool.connect()
      served.push(n)
      client.release()
    })
    await eventually(() => expect(pool.waitingCount).toBe(3))
    first.release()
    await Promise.all(others)
    expect(served).toEqual([1, 2, 3])
  })

  test('replaces a connection after its recycle time, idle or lent', async () => {
    const pool = fixture.pool({ size: 2, maxOverflow: 0, recycleSeconds: 3600 })
    const client = await pool.connect()
    const pid = await pidOf(client)
    client.release()
    await pool.clock.advance(3_599_999)
    const again = await pool.connect()
    expect(await pidOf(again)).toBe(pid)
    again.release()
    await pool.clock.advance(1)
    const next = await pool.connect()
    const nextPid = await pidOf(next)
    expect(nextPid).not.toBe(pid)
    await pool.clock.advance(3_600_000)
    next.release()
    expect(pool.totalCount).toBe(0)
    const last = await pool.connect()
    expect(await pidOf(last)).not.toBe(nextPid)
    last.release()
  })

  test('gives up a wait when its time is over, and leaves nothing behind', async () => {
    const pool = fixture.pool({ size: 1, maxOverflow: 0, acquireTimeoutMs: 30_000 })
    const holder = await pool.connect()
    const outcome = pool.connect().catch(error => error)
    await pool.clock.advance(29_999)
    expect(await Promise.race([outcome, Promise.resolve('waits')])).toBe('waits')
    await pool.clock.advance(1)
    expect(await outcome).toMatchObject({ code: 'ACQUIRE_TIMEOUT', status: 503 })
    expect((await outcome).message).toContain('within 30000 ms (1 of 1 open)')
    holder.release()
    const next = await pool.connect()
    next.release()
    expect(getDbPoolStats(pool)).toMatchObject({ totalConnections: 1, checkedIn: 1 })
    expect(pool.clock.sleeping).toBe(0)
  })

  test('returns to the pool what comes after its borrower has given up', async () => {
    const pool = fixture.pool({ size: 1, maxOverflow: 1 })
    const outcome = pool.connect().catch(error => error)
    await pool.clock.advance(30_000)
    expect(await outcome).toMatchObject({ code: 'DATABASE_UNREACHABLE' })
    await eventually(() => expect(pool.idleCount).toBe(1))
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    expect(pool.totalCount).toBe(1)
  })

  test('sets a connection up once, before it is lent for the first time', async () => {
    const pool = fixture.pool({
      size: 1,
      setUp: `set application_name = 'voiceassist'; set my.mark = 'set up'`,
    })
    const mark = async () => (await pool.query(`select current_setting('my.mark') as mark`)).rows[0].mark
    expect(await mark()).toBe('set up')
    await pool.query(`set my.mark = 'changed'`)
    expect(await mark()).toBe('changed')
  })

  test('closes a connection whose set-up fails, and says why', async () => {
    const pool = fixture.pool({ size: 1, maxOverflow: 0, setUp: 'set no_such_setting = 1' })
    for (let attempt = 0; attempt < 3; attempt++) {
      const error = await pool.connect().catch(failure => failure)
      expect(error).toMatchObject({ code: 'DATABASE_UNREACHABLE' })
      expect(error.message).toContain('no_such_setting')
    }
    expect(getDbPoolStats(pool)).toMatchObject({ totalConnections: 0, checkedOut: 0 })
    await eventually(async () => expect(await fixture.serverCount()).toBeLessThanOrEqual(8))
  })

  test('does not hand a transaction that was left open to the next borrower', async () => {
    const pool = fixture.pool({ size: 1, maxOverflow: 0 })
    await fixture.admin.query('create table if not exists left_open (id int)')
    for (const statement of ['select 1', 'select 1 / 0']) {
      const careless = await pool.connect()
      await careless.query('begin')
      await careless.query('insert into left_open values (1)')
      await careless.query(statement).catch(() => {})
      careless.release()
      const next = await pool.connect()
      expect((await next.query('select count(*)::int as n from left_open')).rows).toEqual([{ n: 0 }])
      expect(next.getTransactionStatus()).toBe('I')
      next.release()
    }
  })

  test('refuses a second release, and keeps its books right', async () => {
    const pool = fixture.pool({ size: 2, maxOverflow: 0 })
    const client = await pool.connect()
    client.release()
    expect(() => client.release()).toThrow(/already been released/)
    expect(getDbPoolStats(pool)).toMatchObject({ checkedIn: 1, checkedOut: 0, totalConnections: 1 })
  })

  test('lends by callback too, and pool.query passes errors of statements through', async () => {
    const pool = fixture.pool({ size: 1, maxOverflow: 0 })
    const rows = await new Promise((resolve, reject) => {
      pool.connect((error, client, release) => {
        if (error) return reject(error)
        client!.query('select 2 as two', (failure: Error | null, result: pg.QueryResult) => {
          release()
          failure ? reject(failure) : resolve(result.rows)
        })
      })
    })
    expect(rows).toEqual([{ two: 2 }])
    await expect(pool.query('select no_such_column')).rejects.toMatchObject({ code: '42703' })
    await new Promise<void>(resolve => {
      void pool.query('select 1 / 0', (error: Error) => {
        expect(error).toMatchObject({ code: '22012' })
        resolve()
      })
    })
    expect(getDbPoolStats(pool)).toMatchObject({ checkedOut: 0 })
  })

  test('end() refuses who was about to be given a connection, and lends none after it', async () => {
    const pool = fixture.pool({ size: 1, maxOverflow: 0 })
    await pool.query('select 1') // one that idles, and is trusted
    const about = pool.connect().catch(error => error)
    const ended = pool.end()
    expect(await about).toMatchObject({ code: 'POOL_CLOSED' })
    await ended
    expect(getDbPoolStats(pool)).toMatchObject({ totalConnections: 0, checkedOut: 0 })
  })

  test('end() refuses who waits, waits for who holds, and can be called again', async () => {
    const pool = fixture.pool({ size: 1, maxOverflow: 0 })
    const holder = await pool.connect()
    const waiting = pool.connect().catch(error => error)
    await eventually(() => expect(pool.waitingCount).toBe(1))
    const ended: string[] = []
    const ends = [pool.end(), pool.end()].map(end => end.then(() => ended.push('end')))
    expect(await waiting).toMatchObject({ code: 'POOL_CLOSED' })
    await expect(pool.connect()).rejects.toMatchObject({ code: 'POOL_CLOSED' })
    const late = new Promise(resolve => {
      pool.connect(error => resolve(error))
    })
    expect(await late).toMatchObject({ code: 'POOL_CLOSED' })
    expect((await holder.query('select 3 as three')).rows).toEqual([{ three: 3 }])
    expect(ended).toEqual([])
    holder.release()
    await Promise.all(ends)
    expect(getDbPoolStats(pool)).toMatchObject({ totalConnections: 0, utilizationPercent: 0 })
    expect(pool.clock.sleeping).toBe(0)
  })
})
