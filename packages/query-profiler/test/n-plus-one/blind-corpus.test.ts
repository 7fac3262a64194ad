import { hasServer } from '@voiceassist/testkit'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { setupQueryProfiling } from '#src/setup-query-profiling'
import { type TestDatabase, testDatabase } from '../capture/test-database.js'
import type { BlindCase } from './blind/blind-case.js'
import { libraryCases } from './blind/library-cases.js'
import { plainCases } from './blind/plain-cases.js'
import { quietCases } from './blind/quiet-cases.js'

/** Written against what the profiler promises, by somebody who had not seen the first corpus. */
const cases: readonly BlindCase[] = [...plainCases, ...quietCases, ...libraryCases]

/** Of who called the caller of this. */
function lineOfCaller(): number {
  const [, , caller] = new Error().stack?.split('\n').slice(1) ?? []
  return Number(/:(\d+):\d+\)?$/.exec(caller ?? '')?.[1])
}

describe.skipIf(!hasServer())('the second corpus', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await testDatabase('server')
    const client = new pg.Client(database.config)
    await client.connect()
    await client.query(`
      create table authors (id serial primary key, name text, team int, born date, note text, city text);
      create table books (id serial primary key, author int, title text);
      create table nodes (id int primary key, parent int);
      insert into authors (name) select 'a' || n from generate_series(1, 2500) n;
      insert into books (author, title) select n % 500 + 1, 'b' || n from generate_series(1, 2000) n;
      insert into nodes select n, n / 2 from generate_series(1, 15) n`)
    await client.end()
  })
  afterAll(() => database.close())

  test.each(cases.map(one => [one.name, one] as const))(
    '%s',
    async (_, { run, threshold = 5, found = [] }) => {
      const pool = new pg.Pool({ ...database.config, max: 4 })
      pool.on('error', () => {}) // told while the database is dropped
      const profiler = setupQueryProfiling(pool, { nPlusOneThreshold: threshold, explain: 'off' })
      const lines = new Set<number>()
      const here = <T>(thing: T): T => {
        lines.add(lineOfCaller())
        return thing
      }
      try {
        await profiler.runInRequest({ id: 'r', route: 'GET /books' }, () => run({ pool, profiler, here }))
        const { nPlusOne } = profiler.report()
        const seen = nPlusOne.map(({ kind, count }) => ({ kind, count }))
        expect(seen).toEqual(found.map(({ kind, count }) => ({ kind, count })))
        for (const [at, expected] of found.entries()) {
          const { callSite, parent, fix, route, timeMs, sql } = nPlusOne[at]!
          expect(callSite.file).toMatch(expected.isInLibrary ? /node_modules/ : /n-plus-one[\\/]blind[\\/]/)
          // A chain over several lines is on one beside it.
          if (lines.size > 0)
            expect(Math.min(...[...lines].map(line => Math.abs(line - callSite.line)))).toBeLessThan(2)
          if (expected.function) expect(callSite.function).toMatch(new RegExp(`(^|\\.)${expected.function}$`))
          if (expected.parent === null) expect(parent).toBeNull()
          else if (expected.parent) expect(parent?.sql).toContain(expected.parent)
          expect(fix).toMatch(expected.fix ?? /./)
          expect({ route, isTimed: timeMs > 0, sql: sql.length > 0 }).toEqual({
            route: 'GET /books',
            isTimed: true,
            sql: true,
          })
        }
      } finally {
        await profiler.close()
        await pool.end()
      }
    },
  )
})
