import { hasServer, seededRandom, testSeed } from '@voiceassist/testkit'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { setupQueryProfiling } from '#src/setup-query-profiling'
import { type TestDatabase, testDatabase } from './capture/test-database.js'

describe.skipIf(!hasServer())('a profiled application', () => {
  let database: TestDatabase
  let ends: (() => Promise<unknown>)[]
  beforeEach(async () => {
    database = await testDatabase('server')
    ends = [() => database.close()]
  })
  afterEach(async () => {
    for (const end of ends.reverse()) await end()
  })

  function poolOf(options: pg.PoolConfig = {}): pg.Pool {
    const pool = new pg.Pool({ ...database.config, max: 3, ...options })
    pool.on('error', () => {}) // told while the database is dropped
    pool.on('error', () => {})
    ends.push(async () => pool.ended || pool.end())
    return pool
  }

  const failing = {
    warn() {
      throw new Error('The disk is full')
    },
  }

  test('gets its answers and errors, whatever its logger throws', async () => {
    const pool = poolOf()
    const profiler = setupQueryProfiling(pool, {
      slowQueryThresholdMs: 1,
      nPlusOneThreshold: 2,
      logger: failing,
      explain: 'off',
    })
    const request = { id: 'r', route: 'GET /' }
    const answer = await profiler.runInRequest(request, async () => {
      for (const id of [1, 2, 3])
        await pool.query('select *, pg_sleep(0.01) from pg_class where oid = $1', [id])
      return 'done'
    })
    expect(answer).toBe('done')
    await expect(
      profiler.runInRequest(request, async () => {
        for (const id of [1, 2, 3])
          await pool.query('select *, pg_sleep(0.01) from pg_class where oid = $1', [id])
        throw new RangeError('of the handler')
      }),
    ).rejects.toThrow(new RangeError('of the handler'))
    const open = profiler.openRequest(request)
    await open.run(async () => {
      for (const id of [1, 2, 3])
        await pool.query('select *, pg_sleep(0.01) from pg_class where oid = $1', [id])
    })
    expect(() => open.end()).not.toThrow()
    expect(profiler.report().nPlusOne).toMatchObject([{ count: 3 }, { count: 3 }, { count: 3 }])
    expect(profiler.stats()).toMatchObject({ active: 0, nPlusOne: { 'n-plus-one': 3 } })
    await profiler.close()
  })

  test('has a profiler for each of its pools, and one on a pool that was in use', async () => {
    const [one, other] = [poolOf(), poolOf()]
    const lent = await one.connect()
    const busy = lent.query('select pg_sleep(0.05)').finally(() => lent.release())
    await one.query('select 1')
    const profilers = [setupQueryProfiling(one), setupQueryProfiling(other)] as const
    await profilers[0].runInRequest({ id: 'a', route: 'A' }, async () => {
      await one.query('select 1 as one')
      await profilers[1].runInRequest({ id: 'b', route: 'B' }, () => other.query('select 2 as other'))
      await one.query('select 1 as one')
    })
    await busy
    const [ofOne, ofOther] = profilers.map(profiler =>
      profiler.report().queries.map(({ sql, calls, route }) => ({ sql, calls, route })),
    )
    expect(ofOne).toEqual([{ sql: 'select $1 as one', calls: 2, route: 'A' }])
    expect(ofOther).toEqual([{ sql: 'select $1 as other', calls: 1, route: 'B' }])
    await profilers[0].close()
    await other.query('select 2 as other')
    expect(profilers[1].report().queries).toMatchObject([{ calls: 2 }])
    await profilers[1].close()
  })

  test('may close the profiler, or the pool, while queries run', async () => {
    const pool = poolOf()
    const profiler = setupQueryProfiling(pool, { slowQueryThresholdMs: 1 })
    const asked = Array.from({ length: 30 }, (_, id) =>
      pool.query('select pg_sleep(0.005), $1::int as id', [id]),
    )
    await asked[0]
    const closed = profiler.close()
    asked.push(...Array.from({ length: 5 }, (_, id) => pool.query('select $1::int as id', [30 + id])))
    const answers = await Promise.all(asked)
    expect(answers.map(({ rows }) => rows[0].id)).toEqual(Array.from({ length: 35 }, (_, id) => id))
    await closed
    expect(profiler.stats().active).toBe(0)
    expect(Object.keys(pool)).not.toContain('query')

    const again = setupQueryProfiling(pool)
    const last = [1, 2, 3].map(id => pool.query('select pg_sleep(0.02), $1::int as id', [id]))
    await new Promise(setImmediate) // what waits for a client is lost to a bare pool too
    const ended = pool.end()
    expect((await Promise.all(last)).map(({ rows }) => rows[0].id)).toEqual([1, 2, 3])
    await ended
    await expect(pool.query('select 1')).rejects.toThrow('after calling end')
    expect(again.stats().active).toBe(0)
    await again.close()
  })

  test('counts what it sends in many requests', async () => {
    const pool = poolOf()
    const profiler = setupQueryProfiling(pool, { explain: 'off', nPlusOneThreshold: 10 })
    await Promise.all(
      Array.from({ length: 100 }, (_, request) =>
        profiler.runInRequest({ id: String(request), route: `R${request % 5}` }, () =>
          Promise.all(
            Array.from({ length: 4 }, (_, id) => pool.query('select $1::int as n', [request * 4 + id])),
          ),
        ),
      ),
    )
    expect(profiler.report()).toMatchObject({
      queries: [{ calls: 400, rows: 400, errors: {} }],
      nPlusOne: [],
    })
    await profiler.close()
  })

  test('gets from a profiled pool what it gets from any', async () => {
    const seed = testSeed('differential')
    const random = seededRandom(seed)
    const [bare, profiled] = [poolOf({ query_timeout: 1500 }), poolOf({ query_timeout: 1500 })]
    const profiler = setupQueryProfiling(profiled, {
      slowQueryThresholdMs: 1,
      nPlusOneThreshold: 3,
      logger: failing,
    })
    const texts = [
      'select $1::int as a, $2::text as b',
      'select generate_series(1, $1::int) as a, $2::text as b',
      'select $1::int / ($1::int - 3) as a, $2::text as b',
      'select $1::int as a, $2::date as b',
      'selec $1::int, $2::text',
      'select null as a where $1::int > 2 or $2::text is null',
      'select pg_sleep(case when $1::int = 7 then 10 else 0 end), $2::text',
      "select array[$1::int], json_build_object('a', $2::text), '\\x01'::bytea, now() - now(), 1.5::numeric, 7::bigint",
    ]
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
    const shown = (result: pg.QueryResult | pg.QueryResult[]) =>
      [result].flat().map(({ rows, rowCount, command, fields }) => ({
        rows,
        rowCount,
        command,
        names: fields.map(f => f.name),
      }))
    const shownError = (error: pg.DatabaseError) => ({
      name: error.name,
      message: error.message,
      code: error.code,
      position: error.position,
      type: error.constructor.name,
    })
    for (let turn = 0; turn < 120; turn++) {
      const text = pick(texts)
      const values = [
        pick([1, 2, 3, 7, null, 'x', 2 ** 40]),
        pick(['a', '2020-01-01', null, '', 5, { a: 1 }]),
      ]
      const mode = pick(['args', 'config', 'array', 'named', 'callback', 'literal', 'client'] as const)
      const name = `n${texts.indexOf(text)}`
      const ask = (pool: pg.Pool): Promise<unknown> => {
        if (mode === 'args') return pool.query(text, values).then(shown)
        if (mode === 'config') return pool.query({ text, values }).then(shown)
        if (mode === 'array') return pool.query({ text, values, rowMode: 'array' }).then(shown)
        if (mode === 'named') return pool.query({ name, text, values }).then(shown)
        if (mode === 'literal')
          return pool.query(`select 1 as a; select 2 as b; ${text}`).then(shown as never)
        if (mode === 'client')
          return pool.connect().then(client =>
            client
              .query(text, values)
              .then(shown)
              .finally(() => client.release()),
          )
        return new Promise((resolve, reject) => {
          pool.query(text, values, (error, result) => (error ? reject(error) : resolve(shown(result))))
        })
      }
      const [expected, got] = await Promise.all([bare, profiled].map(pool => ask(pool).catch(shownError)))
      expect(got, `turn ${turn}, ${mode}: ${text} of ${JSON.stringify(values)}`).toEqual(expected)
    }
    expect(profiler.stats().active).toBe(0)
    await profiler.close()
  }, 60_000)

  test('may be a client, and keeps nested requests apart', async () => {
    const client = new pg.Client({ ...database.config, statement_timeout: 50 })
    await client.connect()
    ends.push(() => client.end())
    const profiler = setupQueryProfiling(client, { nPlusOneThreshold: 2, explain: 'off' })
    await profiler.runInRequest({ id: 'outer', route: 'OUTER' }, async () => {
      await client.query('select $1::int as outer', [1])
      await profiler.runInRequest({ id: 'inner', route: 'INNER' }, async () => {
        for (const id of [1, 2, 3]) await client.query('select oid from pg_class where oid = $1', [id])
      })
      await client.query('select $1::int as outer', [2])
    })
    await expect(client.query('select pg_sleep(5)')).rejects.toMatchObject({ code: '57014' })
    const { nPlusOne, queries } = profiler.report()
    expect(nPlusOne).toMatchObject([{ kind: 'n-plus-one', count: 3, route: 'INNER' }])
    expect(queries.find(({ sql }) => sql.includes('pg_sleep'))?.errors).toEqual({ 57014: 1 })
    expect(queries.find(({ sql }) => sql.includes('pg_class'))).toMatchObject({ route: 'INNER', calls: 3 })
    await profiler.close()
  })
})
