import { describeDatabases, seededRandom, testSeed } from '@voiceassist/testkit'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { instrument } from '#src/capture/instrument'
import { RecordingObserver } from './recording-observer.js'
import { type TestDatabase, testDatabase } from './test-database.js'

describeDatabases('queries of requests', kind => {
  let database: TestDatabase
  let pool: pg.Pool
  let observer: RecordingObserver
  beforeAll(async () => {
    database = await testDatabase(kind)
  })
  afterAll(() => database.close())
  beforeEach(() => {
    pool = new pg.Pool({ ...database.config, max: 1 })
    observer = new RecordingObserver()
    instrument(pool, observer, observer.requests)
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    if (!pool.ended) await pool.end()
    expect(observer.flaws).toEqual([])
  })

  const inRequest = <T>(id: string, handler: () => T | Promise<T>) =>
    observer.requests.runInRequest({ id, route: `GET /${id}` }, handler)
  /** Each query's text begins with the request that it was called in. */
  const strays = () =>
    observer.records.filter(({ text, request }) => !text.startsWith(`-- ${request?.id ?? 'none'}\n`))

  test('a query belongs to the request that called it, however the pool of one connection is shared', async () => {
    await Promise.all(
      ['a', 'b', 'c'].map(id =>
        inRequest(id, async () => {
          await pool.query(`-- ${id}\nselect 1`)
          const client = await pool.connect()
          await client.query(`-- ${id}\nbegin`)
          await client.query(`-- ${id}\ncommit`)
          client.release()
          await Promise.all([1, 2].map(n => pool.query(`-- ${id}\nselect ${n}`)))
        }),
      ),
    )
    await pool.query('-- none\nselect 1')
    expect(observer.records).toHaveLength(16)
    expect(strays()).toEqual([])
  })

  test('others learn which request asks, until it has ended', () => {
    const info = { id: 'outer', route: 'outer' }
    const outer = observer.requests.openRequest(info)
    outer.run(() => {
      expect(observer.requests.currentInfo()).toBe(info)
      const inner = observer.requests.openRequest({ id: 'inner', route: 'inner' })
      inner.run(() => expect(observer.requests.currentInfo()?.id).toBe('inner'))
      outer.end()
      expect(observer.requests.currentInfo()).toBeUndefined()
    })
    expect(outer.counts).toMatchObject({ queries: 0, databaseTimeMs: 0 })
  })

  test('a callback runs in the request that gave it, whoever returned the connection', async () => {
    const requests = ['a', 'b', 'c'].map(id => ({
      id,
      open: observer.requests.openRequest({ id, route: id }),
    }))
    const asked = requests.map(({ id, open }) =>
      open.run(
        () =>
          new Promise<void>((resolve, reject) => {
            pool.connect((error, client, release) => {
              if (error || !client) return reject(error)
              void client.query(`-- ${id}\nselect 1`, () => {
                void client.query({ text: `-- ${id}\nselect 2` }, () => {
                  release()
                  void pool.query(`-- ${id}\nselect $1::int`, [3], () =>
                    pool.query(`-- ${id}\nselect 4`, () => resolve()),
                  )
                })
              })
            })
          }),
      ),
    )
    await Promise.all(asked)
    for (const { open } of requests) open.end()
    expect(observer.records).toHaveLength(12)
    expect(strays()).toEqual([])
  })

  test('the wait for a connection is no time of the server', async () => {
    let nowMs = 1000
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
    const holder = await pool.connect()
    const waiting = [pool.query('select 1'), pool.query('select 2')]
    const taken = pool.connect()
    nowMs += 500
    holder.release()
    await Promise.all(waiting)
    const client = await taken
    nowMs += 70 // the application's own time
    await client.query('select 3')
    await client.query('select 4')
    client.release()
    const waits = observer.records.map(record => [
      record.sentAtMs - record.calledAtMs,
      record.endedAtMs - record.sentAtMs,
    ])
    expect(observer.texts).toEqual(['select 1', 'select 2', 'select 3', 'select 4'])
    expect(waits).toEqual([
      [500, 0],
      [500, 0],
      [500, 0],
      [0, 0],
    ])
  })

  test('queries that wait for an earlier one on their client', async () => {
    let nowMs = 1000
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs++)
    const client = await pool.connect()
    await Promise.all([1, 2, 3].map(n => client.query(`select ${n}`)))
    client.release()
    const [first, second, third] = observer.records
    expect(second!.sentAtMs).toBeGreaterThan(first!.endedAtMs)
    expect(third!.sentAtMs).toBeGreaterThan(second!.endedAtMs)
    expect(second!.calledAtMs).toBeLessThan(first!.endedAtMs)
  })

  test('a pool that is closed gives its queries an end', async () => {
    await pool.end()
    await expect(pool.query('select 1')).rejects.toThrow('after calling end')
    expect(observer.records).toMatchObject([{ sqlState: 'connection' }])
  })

  test('a request that has ended gets no more queries; the innermost of two has them', async () => {
    let late: () => Promise<unknown> = async () => {}
    await inRequest('outer', async () => {
      await pool.query('-- outer\nselect 1')
      await inRequest('inner', () => pool.query('-- inner\nselect 1'))
      await pool.query('-- outer\nselect 2')
      late = observer.requests.bind(() => pool.query('-- none\nselect 1'))
    })
    await late()
    expect(observer.records).toHaveLength(4)
    expect(strays()).toEqual([])
  })

  test('random requests on one pool, by every interface', async () => {
    const random = seededRandom(testSeed('requests on one pool'))
    const one = async (id: string) => {
      const text = `-- ${id}\nselect $1::int`
      const way = Math.floor(random() * 4)
      if (way === 0) await pool.query(text, [1])
      else if (way === 1) await new Promise(resolve => pool.query(text, [1], resolve))
      else {
        const client = await pool.connect()
        await client.query(text, [1])
        if (way === 3) await client.query(`-- ${id}\nselekt`).catch(() => {})
        client.release()
      }
    }
    const request = (id: string) =>
      inRequest(id, async () => {
        for (let n = 0; n < 5; n++) await (random() < 0.5 ? one(id) : Promise.all([one(id), one(id)]))
      })
    await Promise.all(Array.from({ length: 20 }, (_, n) => request(`r${n}`)))
    expect(observer.records.length).toBeGreaterThan(100)
    expect(strays()).toEqual([])
  })
})
