import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually, FakeClock, tempDatabase } from '@voiceassist/testkit'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DatabasePool } from '#src/db/database-pool'
import { defaultPoolLimits } from '#src/db/database-pool'
import { type OpenDatabase, openDatabase } from '#src/db/open-database'

async function withClient<T>(pool: DatabasePool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    return await work(client)
  } finally {
    client.release()
  }
}

describe('the embedded database', () => {
  const clock = new FakeClock()
  let database: OpenDatabase
  let pool: DatabasePool
  beforeAll(async () => {
    database = await openDatabase({ limits: defaultPoolLimits, clock })
    pool = database.pool
    await pool.query('create table notes (id int primary key, text text)')
  })
  afterAll(() => database?.close())

  const ids = async () => (await pool.query('select id from notes order by id')).rows.map(row => row.id)

  test('answers a wrong statement with its code, and the next one as ever', async () => {
    await withClient(pool, async client => {
      await expect(client.query('select nothing')).rejects.toMatchObject({ code: '42703' })
      await expect(client.query('selec')).rejects.toMatchObject({ code: '42601' })
      await expect(client.query('select $1::int', ['x'])).rejects.toMatchObject({ code: '22P02' })
      expect((await client.query('select $1::int + 1 as two', [1])).rows).toEqual([{ two: 2 }])
    })
    expect(pool.totalCount).toBe(1)
  })

  test('commits and rolls back', async () => {
    await withClient(pool, async client => {
      await client.query('begin')
      await client.query(`insert into notes values (1, 'kept')`)
      await client.query('savepoint s')
      await expect(client.query(`insert into notes values (1, 'twice')`)).rejects.toMatchObject({
        code: '23505',
      })
      await client.query('rollback to s')
      await client.query('commit')
      await client.query('begin')
      await client.query(`insert into notes values (2, 'gone')`)
      await client.query('rollback')
    })
    expect(await ids()).toEqual([1])
  })

  test('prepares named statements, also after its connection was replaced', async () => {
    const named = (n: number) =>
      pool.query({ name: 'plus-one', text: 'select $1::int + 1 as sum', values: [n] })
    const prepared = async () => (await pool.query('select name from pg_prepared_statements')).rows
    expect((await named(1)).rows).toEqual([{ sum: 2 }])
    expect((await named(2)).rows).toEqual([{ sum: 3 }])
    expect(await prepared()).toEqual([{ name: 'plus-one' }])
    await clock.advance(defaultPoolLimits.recycleSeconds * 1000)
    expect(await prepared()).toEqual([])
    expect((await named(3)).rows).toEqual([{ sum: 4 }])
    await withClient(pool, async client => {
      await expect(client.query({ name: 'broken', text: 'select nothing' })).rejects.toThrow(/nothing/)
      expect((await client.query({ name: 'broken', text: 'select 1 as one' })).rows).toEqual([{ one: 1 }])
    })
  })

  test('leaves nothing of a client that was destroyed in a transaction', async () => {
    const path = async () => (await pool.query('show search_path')).rows
    const usualPath = await path()
    const client = await pool.connect()
    await client.query('listen news')
    await client.query(`set search_path = 'pg_catalog'`)
    await client.query('begin')
    await client.query(`insert into public.notes values (3, 'gone')`)
    await client.query('select pg_advisory_lock(7)')
    client.release(true)
    expect(await ids()).toEqual([1])
    const rest = await pool.query(
      `select (select count(*)::int from pg_locks where locktype = 'advisory') as locks,
         (select count(*)::int from pg_listening_channels()) as channels`,
    )
    expect(rest.rows).toEqual([{ locks: 0, channels: 0 }])
    expect(await path()).toEqual(usualPath)
  })

  test('leaves nothing of a client that was destroyed in the middle of a statement', async () => {
    for (const query of [
      { text: `insert into notes select n, 'late' from generate_series(100, 199) n` },
      // In pages, an error comes without the end of the exchange: the engine waits for a Sync.
      { text: 'select 1 / (50 - n) from generate_series(1, 100) n', rows: 7 },
    ]) {
      const client = await pool.connect()
      const cut = client.query(query).catch(error => error)
      client.release(true)
      expect(await cut).toMatchObject({ code: 'DATABASE_UNREACHABLE' })
      expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    }
    await pool.query('delete from notes where id >= 100')
  })

  test('reads a result in pages, as a cursor does', async () => {
    const query = { text: 'select n from generate_series(1, 100) n', rows: 7 }
    const found = await withClient(pool, client => client.query(query))
    expect(found.rows.map(row => row.n)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
  })

  test('carries large values both ways', async () => {
    const megabytes = 'é€𝄞x'.repeat(700_000)
    const echoed = await pool.query('select $1::text as text, length($1::text) as length', [megabytes])
    expect(echoed.rows[0].text === megabytes).toBe(true)
    expect(echoed.rows[0].length).toBe(2_800_000)
    const many = await pool.query(`select n, repeat('x', 1000) as text from generate_series(1, 20000) n`)
    expect(many.rows.reduce((sum, row) => sum + row.n + row.text.length, 0)).toBe(20_000 * 1000 + 200_010_000)
  })

  test('serves many callers one after the other on its only connection', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => pool.query('select $1::int as n', [n])),
    )
    expect(answers.map(answer => answer.rows[0].n)).toEqual(Array.from({ length: 200 }, (_, n) => n))
    expect(pool.totalCount).toBe(1)
  })

  test('delivers notifications and copies rows out', async () => {
    await withClient(pool, async client => {
      const payloads: unknown[] = []
      client.on('notification', message => payloads.push(message.payload))
      await client.query('listen news')
      await client.query(`notify news, 'first'`)
      await client.query('begin')
      await client.query(`notify news, 'second'`)
      expect(payloads).toEqual(['first'])
      await client.query('commit')
      expect(payloads).toEqual(['first', 'second'])
      const copied: string[] = []
      const { connection } = client as unknown as { connection: NodeJS.EventEmitter }
      connection.on('copyData', (message: { chunk: Buffer }) => copied.push(message.chunk.toString()))
      await client.query('copy (select n, n * n from generate_series(1, 3) n) to stdout')
      expect(copied.join('')).toBe('1\t1\n2\t4\n3\t9\n')
      await client.query('unlisten *')
    })
  })

  test('does not keep the event loop waiting while it computes', async () => {
    let ticks = 0
    const timer = setInterval(() => ticks++, 10)
    const counted = await pool.query(
      'select count(md5(n::text) || md5((n + 1)::text)) as n from generate_series(1, 1200000) n',
    )
    clearInterval(timer)
    console.log(`${ticks} ticks of the event loop during a long statement`)
    expect(counted.rows).toEqual([{ n: '1200000' }])
    // In the thread of the caller, the statement would let none through.
    expect(ticks).toBeGreaterThan(0)
  })
})

test('a folder that is none is refused with a code', async () => {
  const home = mkdtempSync(join(tmpdir(), 'voiceassist-'))
  const dataFolder = join(home, 'file')
  writeFileSync(dataFolder, 'not a folder')
  const opened = openDatabase({ dataFolder, limits: defaultPoolLimits, clock: new FakeClock() })
  await expect(opened).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' })
  rmSync(home, { recursive: true })
})

describe('when the engine dies', () => {
  /** `copy … from stdin` is beyond PGlite's protocol: the engine ends itself. */
  const deadly = 'copy notes from stdin'

  test('the statements on their way fail with a code, and the next find all that was acknowledged', async () => {
    const temp = await tempDatabase({ kind: 'pglite', migrated: false })
    const { pool, close } = await temp.open()
    await pool.query('create table notes (id int primary key)')
    for (let round = 1; round <= 2; round++) {
      await pool.query('insert into notes values ($1)', [round])
      const outcomes = await Promise.allSettled([pool.query(deadly), pool.query('select 1')])
      expect(outcomes[0]).toMatchObject({ status: 'rejected', reason: { code: 'DATABASE_UNREACHABLE' } })
      expect(outcomes[1]).toMatchObject({ status: 'fulfilled' })
      expect((await pool.query('select count(*)::int as n from notes')).rows).toEqual([{ n: round }])
    }
    await close()
    await temp.close()
  })

  test('a database in memory is gone: every caller is told at once, and close() ends', async () => {
    const { pool, close } = await openDatabase({ limits: defaultPoolLimits, clock: new FakeClock() })
    await pool.query('create table notes (id int primary key)')
    const waiting = [pool.query(deadly), pool.query('select 1'), pool.connect()]
    for (const outcome of await Promise.allSettled(waiting))
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'DATABASE_UNREACHABLE' } })
    await expect(pool.connect()).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' })
    await eventually(() => expect(pool.totalCount).toBe(0))
    await close()
  })
})
