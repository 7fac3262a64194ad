import { hasServer } from '@voiceassist/testkit'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { instrument } from '#src/capture/instrument'
import { RecordingObserver } from './recording-observer.js'
import { type TestDatabase, testDatabase } from './test-database.js'

/** Own properties and listeners: what a profiler could leave behind. */
function traces(target: object): unknown {
  const emitter = target as pg.Pool
  const names = ['query', 'connect', '_pulseQueryQueue']
  return {
    own: names.map(name => Object.getOwnPropertyDescriptor(target, name)),
    symbols: Object.getOwnPropertySymbols(target).filter(key => String(key).includes('profiler')),
    listeners: ['connect', 'remove', 'acquire', 'release', 'error', 'end'].map(name =>
      emitter.listeners(name as 'connect'),
    ),
  }
}

describe('what cannot be profiled', () => {
  const notTargets: Record<string, unknown> = {
    nothing: undefined,
    null: null,
    'a text': 'postgres://127.0.0.1/test',
    'a function': () => {},
    'an object': { query() {} },
    'a client that does not listen': { query() {}, connect() {} },
  }
  for (const [name, target] of Object.entries(notTargets)) {
    test(name, () => {
      expect(() => instrument(target, new RecordingObserver())).toThrow(
        expect.objectContaining({ code: 'PROFILER_TARGET_UNSUPPORTED', remedy: expect.any(String) }),
      )
    })
  }

  test('what is profiled already', () => {
    const client = new pg.Client()
    const { close } = instrument(client, new RecordingObserver())
    expect(() => instrument(client, new RecordingObserver())).toThrow('already')
    close()
    instrument(client, new RecordingObserver()).close()
  })
})

describe.skipIf(!hasServer())('pools and clients', () => {
  let database: TestDatabase
  let pool: pg.Pool
  let observer: RecordingObserver
  beforeAll(async () => {
    database = await testDatabase('server')
  })
  afterAll(() => database.close())
  beforeEach(() => {
    pool = new pg.Pool({ ...database.config, max: 2 })
    observer = new RecordingObserver()
  })
  afterEach(async () => {
    if (!pool.ended) await pool.end()
    expect(observer.flaws).toEqual([])
  })

  test('closing leaves the pool and its clients as they were found', async () => {
    const [lent, idle] = [await pool.connect(), await pool.connect()]
    idle.release()
    const targets = [pool, lent, idle]
    const before = targets.map(traces)
    const { close } = instrument(pool, observer, observer.requests)
    await Promise.all([pool.query('select 1'), lent.query('select 2')])
    expect(targets.map(traces)).not.toEqual(before)
    close()
    expect(targets.map(traces)).toEqual(before)
    await Promise.all([pool.query('select 3'), lent.query('select 4')])
    lent.release()
    expect(observer.texts).toEqual(['select 1', 'select 2'])
  })

  test('closing leaves the methods that somebody else has put in front', async () => {
    const inner = vi.fn(pool.query)
    Object.assign(pool, { query: inner })
    const first = instrument(pool, observer, observer.requests)
    first.close()
    expect(pool.query).toBe(inner)
    const second = instrument(pool, observer, observer.requests)
    const ours = pool.query
    const outer = vi.fn(function (this: pg.Pool, ...args: unknown[]) {
      return Reflect.apply(ours, this, args)
    })
    Object.assign(pool, { query: outer })
    second.close()
    expect(pool.query).toBe(outer)
    expect(await pool.query('select 1 as a')).toMatchObject({ rows: [{ a: 1 }] })
    expect(observer.records).toEqual([])
  })

  test('closing in the middle of queries', async () => {
    const { close } = instrument(pool, observer, observer.requests)
    const holder = await pool.connect()
    const asked = ['select 1', 'select 2', 'select 3'].map(text => pool.query(text))
    const onClient = [holder.query('select 4'), holder.query('select 5')]
    close()
    await Promise.all(onClient)
    holder.release()
    expect(await Promise.all(asked)).toHaveLength(3)
    expect(observer.texts).toHaveLength(5)
  })

  test('a client that the pool has removed is forgotten', async () => {
    const { close } = instrument(pool, observer, observer.requests)
    const client = await pool.connect()
    const removed = new Promise(resolve => pool.once('remove', resolve))
    client.release(true)
    await removed
    expect(Object.hasOwn(client, 'query')).toBe(false)
    close()
  })

  test('several pools, each with its own observer', async () => {
    const other = new pg.Pool({ ...database.config, max: 1 })
    const observers = [observer, new RecordingObserver()]
    for (const [at, each] of [pool, other].entries())
      instrument(each, observers[at]!, observers[at]!.requests)
    await Promise.all([pool.query('select 1'), other.query('select 2'), pool.query('select 3')])
    await other.end()
    expect(observers.map(each => each.texts)).toEqual([['select 1', 'select 3'], ['select 2']])
    expect(observers[1]!.flaws).toEqual([])
  })

  test('subclasses whose methods are asynchronous, change the text or the result', async () => {
    class Client extends pg.Client {
      override async query(...args: unknown[]): Promise<never> {
        const [text, ...rest] = args
        const result = (await Reflect.apply(super.query, this, [
          `${text} /* tagged */`,
          ...rest,
        ])) as pg.QueryResult
        return result.rows as never
      }
    }
    class Pool extends pg.Pool {
      override async query(text: unknown): Promise<never> {
        const client = await this.connect()
        try {
          return (await client.query(text as string)) as never
        } finally {
          client.release()
        }
      }
    }
    const own = new Pool({ ...database.config, max: 1, Client })
    instrument(own, observer, observer.requests)
    const request = { id: 'a', route: 'GET /' }
    const rows = await observer.requests.runInRequest(request, () => own.query('select 1 as a'))
    expect(rows).toEqual([{ a: 1 }])
    const client = await own.connect()
    expect(await client.query('select $1::int as b', [2])).toEqual([{ b: 2 }])
    await expect(client.query('selekt')).rejects.toMatchObject({ code: '42601' })
    client.release()
    await own.end()
    expect(observer.records).toMatchObject([
      { text: 'select 1 as a', request, rows: 1 },
      { text: 'select $1::int as b', given: [2], rows: 1 },
      { text: 'selekt', sqlState: '42601' },
    ])
  })

  test('a client whose queries cannot be watched is followed by its promises and callbacks', async () => {
    const client = Object.assign(new pg.Client(database.config), { native: {} })
    await client.connect()
    instrument(client, observer, observer.requests)
    expect(await client.query('select 1 as a; select 2 as a')).toHaveLength(2)
    await new Promise<void>(resolve => client.query('select $1::int', [1], () => resolve()))
    await expect(client.query('selekt')).rejects.toMatchObject({ code: '42601' })
    expect(() => client.query(undefined as never)).toThrow(TypeError)
    await client.end()
    expect(observer.records).toMatchObject([{ rows: 2 }, { rows: 1, given: [1] }, { sqlState: '42601' }])
  })

  test('what the application sends on a new connection', async () => {
    instrument(pool, observer, observer.requests)
    pool.on('connect', client => void client.query("set application_name = 'a'"))
    await pool.query('select 1')
    expect(observer.texts.toSorted()).toEqual(['select 1', "set application_name = 'a'"])
  })

  test('nothing that the observer throws reaches the application, and no text of it the log', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const failing = (part: 'called' | 'ended') => {
      const broken = new RecordingObserver()
      broken[part] = () => {
        throw new RangeError('secret')
      }
      return broken
    }
    for (const part of ['called', 'ended'] as const) {
      const { close } = instrument(pool, failing(part))
      expect(await pool.query('select 1 as a')).toMatchObject({ rows: [{ a: 1 }] })
      const client = await pool.connect()
      await expect(client.query('selekt')).rejects.toMatchObject({ code: '42601' })
      client.release()
      close()
    }
    expect(warned.mock.calls.map(([message]) => message)).toEqual(
      Array(2).fill('The query profiler failed (RangeError); queries go on without it'),
    )
    vi.restoreAllMocks()
  })

  test('nothing more is sent', async () => {
    const sent = async (isProfiled: boolean) => {
      const client = new pg.Client(database.config)
      await client.connect()
      if (isProfiled) instrument(client, observer, observer.requests)
      const { stream } = (client as unknown as { connection: { stream: { bytesWritten: number } } })
        .connection
      const before = stream.bytesWritten
      await client.query('select 1')
      await client.query('select $1::int', [1])
      await client.query({ name: 'a', text: 'select $1::int', values: [1] })
      await client.query({ name: 'a', text: 'select $1::int', values: [2] })
      const bytes = stream.bytesWritten - before
      await client.end()
      return bytes
    }
    expect(await sent(true)).toBe(await sent(false))
    expect(observer.records).toHaveLength(4)
    expect(observer.records.every(record => record.bytes > 0)).toBe(true)
  })
})
