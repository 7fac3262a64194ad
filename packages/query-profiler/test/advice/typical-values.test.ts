import { hasServer } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NamingContext } from '#src/advice/name-scope'
import { readCatalog } from '#src/advice/read-catalog'
import { namingContext, readServerFacts } from '#src/advice/server-facts'
import { parameterUses, typicalValues } from '#src/advice/typical-values'
import { type AdvisedDatabase, advisedDatabase } from './advised-database.js'

const setup = `
create table visits (id int primary key, kind text, at date, tags text[]);
insert into visits select n, case when n % 10 = 0 then 'rare' || n % 3 else 'usual' end, date '2026-01-01' + n / 10
  from generate_series(1, 10000) n;
analyze visits;
`

describe.skipIf(!hasServer())('typical values', () => {
  let database: AdvisedDatabase
  let context: NamingContext
  beforeAll(async () => {
    database = await advisedDatabase('server', setup)
    context = namingContext(await readServerFacts(database.session), await readCatalog(database.session))
  })
  afterAll(() => database?.close())

  const values = (sql: string, parameters: number) =>
    typicalValues(database.session, { sql, parameters }, context)

  test('tells which column a placeholder is compared with, and how', () => {
    const sql = `select from visits v join public.visits w on w.id = v.id where v.id = $1 and $2 < w.at and lower(v.kind) like $3
      and v.id = any($4::int[]) and v.id in ($5, $6) and w.at between $7 and $8 and missing = $9 and v.id > $10::bigint`
    const uses = parameterUses(sql, context).map(({ number, column, role }) => `${number} ${column} ${role}`)
    expect(uses.sort()).toEqual(
      [
        ...['1 id equal', '2 at above', '3 kind pattern', '4 id list', '5 id equal', '6 id equal'],
        ...['7 at from', '8 at until', '10 id above'],
      ].sort(),
    )
  })

  test('are those of a row at a quarter, the middle and three quarters', async () => {
    const ids = ((await values('select from visits where id = $1', 1)) ?? []).map(([id]) => Number(id))
    for (const [place, share] of [0.25, 0.5, 0.75].entries())
      expect(Math.abs((ids[place] ?? 0) - 10_000 * share)).toBeLessThan(500)
    expect(await values('select from visits where kind = $1', 1)).toEqual([['usual'], ['usual'], ['usual']])
    expect(await values('select from visits where kind like $1', 1)).toContainEqual(['usu%'])
  })

  test('of a range hold a small part of the rows', async () => {
    for (const set of (await values('select from visits where at between $1 and $2', 2)) ?? []) {
      const sql = 'select count(*)::int as rows from visits where at between $1 and $2'
      const [row] = (await database.session.query<{ rows: number }>(sql, set)).rows
      expect(row?.rows).toBeGreaterThan(100)
      expect(row?.rows).toBeLessThan(1000)
    }
  })

  test('are not made up where nothing is known', async () => {
    expect(await values('select from visits where id = $1 and tags @> $2', 2)).toBeUndefined()
    expect(await values('select from visits where $1 = now()', 1)).toBeUndefined()
    expect(await values('select from visits', 0)).toEqual([[]])
  })
})
