import { hasServer } from '@voiceassist/testkit'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { instrument } from '#src/capture/instrument'
import { RecordingObserver } from './recording-observer.js'
import { type TestDatabase, testDatabase } from './test-database.js'

describe.skipIf(!hasServer())('queries that break', () => {
  let database: TestDatabase
  let client: pg.Client
  let observer: RecordingObserver
  beforeAll(async () => {
    database = await testDatabase('server')
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    client = new pg.Client(database.config)
    client.on('error', () => {})
    observer = new RecordingObserver()
    instrument(client, observer, observer.requests)
    await client.connect()
  })
  afterEach(async () => {
    await client.end()
    expect(observer.flaws).toEqual([])
  })
  const states = () => observer.records.map(record => record.sqlState)
  const settled = async (queries: Promise<unknown>[]) =>
    (await Promise.allSettled(queries)).map(outcome => outcome.status)

  test('the client is ended while queries wait on it', async () => {
    const asked = ['select pg_sleep(60)', 'select 2', 'select 3'].map(text => client.query(text))
    const outcome = settled(asked)
    await client.end()
    expect(await outcome).toEqual(['rejected', 'rejected', 'rejected'])
    await expect(client.query('select 4')).rejects.toThrow('closed')
    expect(states()).toEqual(['connection', 'connection', 'connection', 'connection'])
  })

  test('the server ends the connection', async () => {
    const asked = ['select pg_terminate_backend(pg_backend_pid()), pg_sleep(60)', 'select 2'].map(text =>
      client.query(text),
    )
    expect(await settled(asked)).toEqual(['rejected', 'rejected'])
    await expect(client.query('select 3')).rejects.toThrow()
    expect(states()).toEqual(['57P01', 'connection', 'connection'])
  })

  test('the socket breaks', async () => {
    const asked = settled([client.query('select pg_sleep(60)'), client.query('select 2')])
    const { stream } = (client as unknown as { connection: { stream: { destroy(error: Error): void } } })
      .connection
    stream.destroy(Object.assign(new Error('broken'), { code: 'EPIPE' }))
    expect(await asked).toEqual(['rejected', 'rejected'])
    expect(states()).toEqual(['connection', 'connection'])
  })

  test('no answer in time: pg’s own time-out, of the sent and of the waiting one', async () => {
    const slow: pg.QueryConfig = Object.assign({ text: 'select pg_sleep(0.2)' }, { query_timeout: 50 })
    const second: pg.QueryConfig = Object.assign({ text: 'select 2' }, { query_timeout: 20 })
    const outcome = settled([client.query(slow), client.query(second)])
    expect(await outcome).toEqual(['rejected', 'rejected'])
    expect(states()).toEqual(['connection', 'connection'])
    expect(await client.query('select 3')).toMatchObject({ rowCount: 1 })
  })

  test('the server cancels', async () => {
    await client.query('set statement_timeout = 20')
    await expect(client.query('select pg_sleep(60)')).rejects.toMatchObject({ code: '57014' })
    expect(states()).toEqual([undefined, '57014'])
  })

  test('a value that cannot be sent', async () => {
    const value = {
      toPostgres() {
        throw new Error('cannot be sent')
      },
    }
    await expect(client.query('select $1::text', [value])).rejects.toThrow('cannot be sent')
    expect(states()).toEqual(['connection'])
  })

  test('an answer that cannot be read', async () => {
    const types = {
      getTypeParser: () => () => {
        throw new Error('cannot be read')
      },
    }
    await expect(client.query({ text: 'select 1', types })).rejects.toThrow('cannot be read')
    expect(await client.query('select 2')).toMatchObject({ rowCount: 1 })
    expect(states()).toEqual(['connection', undefined])
  })

  test('a callback that is no function', () => {
    expect(() => client.query('select 1', [], 'callback' as never)).toThrow(TypeError)
    expect(states()).toEqual(['connection'])
  })

  test('an error’s stack leads to who awaited', async () => {
    const pool = new pg.Pool({ ...database.config, max: 1 })
    instrument(pool, observer, observer.requests)
    async function whoAwaited() {
      await pool.query('selekt')
    }
    async function whoAwaitedTheClient() {
      await client.query('selekt')
    }
    expect(await whoAwaited().catch(error => error.stack)).toContain('whoAwaited')
    expect(await whoAwaitedTheClient().catch(error => error.stack)).toContain('whoAwaitedTheClient')
    await pool.end()
    const refused = new pg.Pool({ host: '127.0.0.1', port: 1 })
    instrument(refused, observer, observer.requests)
    async function whoAwaitedWithout() {
      await refused.connect()
    }
    expect(await whoAwaitedWithout().catch(error => error.stack)).toContain('whoAwaitedWithout')
    await expect(refused.query('select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(states()).toEqual(['42601', '42601', 'connection'])
  })

  test('no connection in time', async () => {
    const pool = new pg.Pool({ ...database.config, max: 1 })
    instrument(pool, observer, observer.requests)
    const holder = await pool.connect()
    pool.options.connectionTimeoutMillis = 30
    await expect(pool.query('select 1')).rejects.toThrow('timeout exceeded')
    expect(observer.records).toMatchObject([{ text: 'select 1', sqlState: 'connection' }])
    expect(observer.records[0]!.sentAtMs - observer.records[0]!.calledAtMs).toBeGreaterThan(0)
    holder.release()
    await pool.end()
  })

  test('a pipelining client: one after the other for the server', async () => {
    const pipelining = new pg.Client({ ...database.config, pipeline: true } as pg.ClientConfig)
    await pipelining.connect()
    instrument(pipelining, observer, observer.requests)
    const texts = ['select 1', 'selekt', 'select pg_sleep(0)', 'select 4']
    expect(await settled(texts.map(text => pipelining.query(text)))).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ])
    await pipelining.end()
    expect(states()).toEqual([undefined, '42601', undefined, undefined])
    const { records } = observer
    for (const [at, record] of records.slice(1).entries())
      expect(record.sentAtMs).toBeGreaterThanOrEqual(records[at]!.endedAtMs)
  })
})
