import { describeDatabases } from '@voiceassist/testkit'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { instrument } from '#src/capture/instrument'
import { RecordingObserver } from './recording-observer.js'
import { type TestDatabase, testDatabase } from './test-database.js'

// Other types than pg's declarations allow, as JavaScript has them.
type Asked = (client: { query(...args: unknown[]): unknown }) => unknown

const called = (client: Parameters<Asked>[0], ...args: unknown[]) =>
  new Promise((resolve, reject) => {
    client.query(...args, (error: unknown, result: unknown) => (error ? reject(error) : resolve(result)))
  })

let statements = 0

/** Each is asked of a bare pool or client and of a profiled one: what comes back is the same. */
const ways: Readonly<Record<string, { ask: Asked; values?: unknown[]; rows?: number; sqlState?: string }>> = {
  'a text': { ask: c => c.query('select 1 as a'), rows: 1 },
  'values in their order': {
    ask: c => c.query('select $1::int as a, $2::text as b, $3::int as c', [3, 'two', null]),
    values: [3, 'two', null],
    rows: 1,
  },
  'a callback': { ask: c => called(c, 'select 1 as a'), rows: 1 },
  'values and a callback': { ask: c => called(c, 'select $1::int as a', [7]), values: [7], rows: 1 },
  'a configuration': {
    ask: c => c.query({ text: 'select $1::int as a', values: [1], rowMode: 'array' }),
    values: [1],
    rows: 1,
  },
  'a configuration and values': {
    ask: c => c.query({ text: 'select $1::int as a' }, [2]),
    values: [2],
    rows: 1,
  },
  'types of its own': {
    ask: c => c.query({ text: 'select 5 as a', types: { getTypeParser: () => () => 'parsed' } }),
    rows: 1,
  },
  'a prepared statement': {
    ask: c => c.query({ name: `s${++statements}`, text: 'select $1::int + 1 as a', values: [4] }),
    values: [4],
    rows: 1,
  },
  'pages inside pg': {
    ask: c => c.query({ text: 'select * from generate_series(1, 5) a', rows: 2 }),
    rows: 5,
  },
  'several statements': {
    ask: c => c.query('select 1 as a; select 2 as a from generate_series(1, 2)'),
    rows: 3,
  },
  'no rows': { ask: c => c.query('create temp table if not exists t (a int)'), rows: 0 },
  'an empty text': { ask: c => c.query(''), rows: 0 },
  'a syntax error': { ask: c => c.query('selekt 1'), sqlState: '42601' },
  'a syntax error by callback': { ask: c => called(c, 'selekt 1'), sqlState: '42601' },
  'an error of the values': { ask: c => c.query('select 1 / $1::int', [0]), values: [0], sqlState: '22012' },
  'an error among statements': { ask: c => c.query('select 1; select 1 / 0'), sqlState: '22012' },
  'values that are no array': { ask: c => c.query({ text: 'select 1', values: {} }), sqlState: 'connection' },
  'neither text nor name': { ask: c => c.query({}), sqlState: 'connection' },
  'a number': { ask: c => c.query(5) },
  nothing: { ask: c => c.query() },
}

async function outcomeOf(ask: () => unknown): Promise<unknown> {
  try {
    const result = await ask()
    const plain = (one: pg.QueryArrayResult) =>
      one && typeof one === 'object'
        ? {
            rows: one.rows,
            rowCount: one.rowCount,
            command: one.command,
            fields: one.fields?.map(f => f.name),
          }
        : one
    return {
      class: result?.constructor.name,
      result: Array.isArray(result) ? result.map(plain) : plain(result as never),
    }
  } catch (error) {
    const { name, message, code } = error as pg.DatabaseError
    return { name, message, code }
  }
}

describeDatabases('ways of querying', kind => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await testDatabase(kind)
  })
  afterAll(() => database.close())

  for (const kindOfTarget of ['pool', 'client'] as const) {
    for (const [name, { ask, values, rows, sqlState }] of Object.entries(ways)) {
      test(`${name}, of a ${kindOfTarget}: what pg alone answers, and one record`, async () => {
        const [bare, profiled] = [
          new pg.Pool({ ...database.config, max: 1 }),
          new pg.Pool({ ...database.config, max: 1 }),
        ]
        const observer = new RecordingObserver()
        try {
          if (kindOfTarget === 'pool') {
            const expected = await outcomeOf(() => ask(bare as never))
            await bare.end()
            const { close } = instrument(profiled, observer, observer.requests)
            expect(await outcomeOf(() => ask(profiled as never))).toEqual(expected)
            close()
          } else {
            const other = await bare.connect()
            const expected = await outcomeOf(() => ask(other as never))
            other.release()
            await bare.end()
            const client = await profiled.connect()
            const { close } = instrument(client, observer, observer.requests)
            expect(await outcomeOf(() => ask(client as never))).toEqual(expected)
            close()
            expect(await client.query('select 1 as a')).toMatchObject({ rows: [{ a: 1 }] })
            client.release()
          }
        } finally {
          if (!bare.ended) await bare.end()
          await profiled.end()
        }
        expect(observer.flaws).toEqual([])
        if (rows === undefined && sqlState === undefined) return expect(observer.records).toEqual([])
        expect(observer.records).toMatchObject([
          { given: values, sqlState, rows: rows ?? expect.any(Number) },
        ])
      })
    }
  }
})
