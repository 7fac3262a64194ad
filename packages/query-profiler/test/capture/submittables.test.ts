import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describeDatabases } from '@voiceassist/testkit'
import pg from 'pg'
import { from, to } from 'pg-copy-streams'
import Cursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { instrument } from '#src/capture/instrument'
import { RecordingObserver } from './recording-observer.js'
import { type TestDatabase, testDatabase } from './test-database.js'

describeDatabases('queries that the application makes itself', kind => {
  let database: TestDatabase
  let pool: pg.Pool
  let client: pg.PoolClient
  let observer: RecordingObserver
  beforeAll(async () => {
    database = await testDatabase(kind)
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    pool = new pg.Pool({ ...database.config, max: 1 })
    observer = new RecordingObserver()
    instrument(pool, observer, observer.requests)
    client = await pool.connect()
  })
  afterEach(async () => {
    // Whatever became of the query, the connection is of use afterwards.
    expect(await client.query('select 1 as a')).toMatchObject({ rows: [{ a: 1 }] })
    vi.restoreAllMocks()
    client.release()
    await pool.end()
    expect(observer.flaws).toEqual([])
    expect(observer.records).toHaveLength(2)
  })
  const record = () => observer.records[0]!
  const numbers = 'select n from generate_series(1, $1::int) n'

  test('a bare query with a callback', async () => {
    const query = new pg.Query(numbers, [3])
    const before = Object.getOwnPropertyNames(query)
    client.query(query)
    const [result] = await once(query, 'end')
    expect(result).toMatchObject({ rowCount: 3 })
    expect(record()).toMatchObject({ text: numbers, given: [3], rows: 3, sqlState: undefined })
    expect(Object.getOwnPropertyNames(query)).toEqual(expect.arrayContaining(before))
    expect(Object.hasOwn(query, 'submit')).toBe(false)
    expect(Object.getOwnPropertySymbols(query).filter(key => /watch|execution/.test(String(key)))).toEqual([])
  })

  test('a bare query that fails', async () => {
    const query = new pg.Query('selekt')
    client.query(query)
    await once(query, 'error')
    expect(record()).toMatchObject({ sqlState: '42601' })
  })

  test('a cursor read in pages: without the pauses between them', async () => {
    let nowMs = performance.now()
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
    const cursor = client.query(new Cursor(numbers, [5]))
    nowMs += 1 // until the statement is planned, and the first page asked for
    let pages = 0
    for (let rows = await cursor.read(2); rows.length > 0; rows = await cursor.read(2)) {
      pages++
      nowMs += 10_000
    }
    await cursor.close()
    expect(pages).toBe(3)
    expect(record()).toMatchObject({ text: numbers, rows: 5, sqlState: undefined })
    expect(record().endedAtMs - record().calledAtMs).toBeLessThan(100)
  })

  test('the time of each page is the server’s until its first row', async () => {
    let nowMs = performance.now()
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
    const cursor = client.query(new Cursor(numbers, [4]))
    const onRow = () => {
      nowMs += 5
    }
    cursor.on('row', onRow)
    const first = cursor.read(2)
    await first
    nowMs += 1000
    const second = cursor.read(2)
    nowMs += 30
    await second
    nowMs += 1000
    await cursor.close()
    expect(record().answeredAtMs - record().sentAtMs).toBeCloseTo(30)
    expect(record().endedAtMs - record().answeredAtMs).toBeCloseTo(20)
  })

  test('a cursor that is closed early', async () => {
    const cursor = client.query(new Cursor(numbers, [1000]))
    expect(await cursor.read(3)).toHaveLength(3)
    await cursor.close()
    expect(record()).toMatchObject({ rows: 3, sqlState: undefined })
    expect(Object.hasOwn(cursor, '_getRows')).toBe(false)
  })

  test('a cursor that is closed unread', async () => {
    const cursor = client.query(new Cursor(numbers, [1000]))
    await cursor.close()
    expect(record()).toMatchObject({ rows: 0, sqlState: undefined })
  })

  test('a cursor that writes', async () => {
    const cursor = client.query(new Cursor('create temp table written as select 1'))
    await cursor.read(1)
    await cursor.close()
    expect(record()).toMatchObject({ sqlState: undefined })
  })

  test('an error in the middle of a cursor', async () => {
    const cursor = client.query(new Cursor('select 10 / (3 - n) from generate_series(1, 5) n'))
    expect(await cursor.read(2)).toHaveLength(2)
    await expect(cursor.read(2)).rejects.toMatchObject({ code: '22012' })
    await cursor.close()
    expect(record()).toMatchObject({ rows: 2, sqlState: '22012' })
  })

  test('a stream to its end', async () => {
    const stream = client.query(new QueryStream(numbers, [250], { batchSize: 100 }))
    let rows = 0
    for await (const _ of stream) rows++
    expect(rows).toBe(250)
    expect(record()).toMatchObject({ text: numbers, given: ['250'], rows: 250, sqlState: undefined })
  })

  test('a stream that is left', async () => {
    const stream = client.query(new QueryStream(numbers, [10_000], { batchSize: 10 }))
    const closed = new Promise(resolve => stream.once('close', resolve))
    for await (const _ of stream) break
    await closed
    expect(record()).toMatchObject({ sqlState: undefined })
    expect(record().rows).toBeLessThan(1000)
  })

  test('an error in the middle of a stream', async () => {
    const stream = client.query(new QueryStream('select 10 / (30 - n) from generate_series(1, 50) n'))
    await expect(stream.toArray()).rejects.toMatchObject({ code: '22012' })
    expect(record()).toMatchObject({ sqlState: '22012' })
  })

  test.skipIf(kind === 'pglite')('COPY in both directions', async () => {
    await client.query('create temp table copied (a int)')
    await pipeline(Readable.from(['1\n', '2\n', '3\n']), client.query(from('copy copied from stdin')))
    const out = client.query(to('copy copied to stdout'))
    expect(String(Buffer.concat(await out.toArray()))).toBe('1\n2\n3\n')
    const [, copiedIn, copiedOut] = observer.records
    expect(copiedIn).toMatchObject({ text: 'copy copied from stdin', rows: 3, sqlState: undefined })
    expect(copiedOut).toMatchObject({ text: 'copy copied to stdout', rows: 3, sqlState: undefined })
    const failed = pipeline(Readable.from(['x\n']), client.query(from('copy copied from stdin')))
    await expect(failed).rejects.toMatchObject({ code: '22P02' })
    expect(observer.records[3]).toMatchObject({ sqlState: '22P02' })
    observer.records.splice(1, 3)
  })
})
