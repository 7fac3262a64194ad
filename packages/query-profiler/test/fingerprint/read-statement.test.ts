import { describe, expect, test } from 'vitest'
import { normaliseSql, readStatement } from '#src/fingerprint/normalise-sql'

const shown: readonly (readonly [text: string, sql: string])[] = [
  [
    "SELECT  *\nFROM Users WHERE Id=5 -- five\n AND name='O''Brien'",
    'select * from users where id = $1 and name = $2',
  ],
  ['select a-1, -1, a - -1, f(-3), a=-3, -2::int', 'select a - $1, $2, a - $3, f($4), a = $5, - $6::int'],
  [
    'select "Foo"."b ""c" from "Foo" where x->>\'k\' = 1.5e-3',
    'select "Foo"."b ""c" from "Foo" where x ->> $1 = $2',
  ],
  [
    "select e'a\\'b', $$x$$, $t$ $$ $t$, b'01', U&'x', n'y', 0xFF, 1_000, .5",
    'select $1, $2, $3, $4, $5, $6, $7, $8, $9',
  ],
  ["select 'a'\n  'b', /* 'x' /* nested */ 'y' */ c", 'select $1, c'],
  [
    'select * from t where a in (1, 2, 3) or (b, c) in ((1, 2), (3, 4), (5, 6))',
    'select * from t where a in ($1, $2) or (b, c) in (($3, $4), ($5, $6))',
  ],
  [
    'select * from t where a in (1) and b in (select c from d)',
    'select * from t where a in ($1) and b in (select c from d)',
  ],
  [
    "insert into t (a, b) values (1, 'x'), (2, null), ($1, true) returning id",
    'insert into t(a, b) values ($1, $2), ($3, $4) returning id',
  ],
  [
    'select * from t where ($2 is null or a = $2) and b = $1 and c is not null',
    'select * from t where ($1 is null or a = $1) and b = $2 and c is not null',
  ],
  ['savepoint sp_1834', 'savepoint _'],
  ['declare c_17 cursor for select * from t', 'declare _ cursor for select * from t'],
  ['set search_path to tenant_17, public', 'set search_path to $1, $2'],
  ['set role nurse_17', 'set role $1'],
  ['set session authorization "nurse 17"', 'set session authorization $1'],
  ['select a[1:2], t.*, count(*) from t ; ', 'select a[$1:$2], t.*, count(*) from t'],
  [
    "select interval '1 day', date '2020-01-01', x::numeric(10, 2)",
    'select interval $1, date $2, x::numeric ($3, $4)',
  ],
  [
    'select a @> b, a#>>b, a <-> b, a = any (array[1, 2, 3])',
    'select a @> b, a #>> b, a <-> b, a = any (array[$1, $2])',
  ],
]

test.each(shown)('%s', (text, sql) => {
  expect(normaliseSql(text)).toBe(sql)
})

test.each(shown)('is read again as the same: %s', (text, sql) => {
  expect(readStatement(sql)).toEqual(readStatement(text))
})

const facts: readonly (readonly [text: string, type: string, tables: string])[] = [
  ['select * from a join b.c on true where exists (select from d)', 'select', 'a b.c d'],
  ['with x as (select * from a) select * from x', 'select', 'a'],
  ['insert into a select * from b', 'insert', 'a b'],
  ['update a set x = 1 from b where a.id = b.id', 'update', 'a b'],
  ['delete from a using b', 'delete', 'a b'],
  ['merge into a using b on a.id = b.id when matched then delete', 'merge', 'a b'],
  ['commit', 'transaction', ''],
  ["create table a (x varchar(255) default 'x')", 'utility', 'a'],
  ['', 'other', ''],
]
test.each(facts)('type and tables: %s', (text, type, tables) => {
  expect(readStatement(text)).toMatchObject({ type, tables: tables.split(' ').filter(Boolean) })
})

describe('fingerprints', () => {
  const of = (text: string) => readStatement(text).fingerprint

  test('are those of libpg_query, in every process', () => {
    expect(of('select $1')).toBe('50fde20626009aba')
    expect(of('select * from users where id = 7')).toBe('a0ead580058af585')
    expect(of('select * from users where id in (7, 8)')).toBe('a0ead580058af585-list')
  })

  // The right column is what pg_stat_statements of 17 and 18 keeps for the left.
  test.each([
    [
      'select * from t where a = -5 and b = true and c is null',
      'select * from t where a = $1 and b = $2 and c is null',
    ],
    ["select date '2020-01-01', interval '1 day'", 'select date $1, interval $2'],
    ['select * from t where a in (1, 2, 3)', 'select * from t where a in ($1 /*, ... */)'],
    ['select * from t where a in (1, 2, 3)', 'select * from t where a in ($1, $2, $3)'],
    [
      '/* route */ Select * From t Where a = $1 and b = 3 limit 10',
      'Select * From t Where a = $1 and b = $2 limit $3',
    ],
    ['insert into t values (1, null), (2, 3)', 'insert into t values ($1, $2), ($3, $4)'],
    ['select x::varchar(10) from t', 'select x::varchar(10) from t'],
  ])('%s is %s', (application, server) => {
    expect(readStatement(server)).toEqual(readStatement(application))
  })

  test('say what is a batch', () => {
    expect(of('select * from t where a in (1)')).toBe(of('select * from t where a = 1'))
    for (const text of [
      'a = any($1)',
      'a = any($1::int[])',
      "a = any('{1}')",
      'a = any(array[1])',
      'a in (1, 2)',
    ])
      expect(of(`select * from t where ${text}`)).toMatch(/^[0-9a-f]{16}-list$/)
    expect(of('select * from t where 1 = any(tags)')).toMatch(/^[0-9a-f]{16}$/)
    expect(of('insert into t values (1), (2)')).toBe(`${of('insert into t values (1)')}-rows`)
  })
})

test.each([
  ['begin', true],
  ['savepoint a', true],
  ['set x = 1', true],
  ['show x', true],
  ['discard all', true],
  ['listen a', true],
  ["notify a, 'x'", true],
  ['fetch 10 from c', true],
  ['close c', true],
  ['lock table t', true],
  ['explain select 1 from t', true],
  ['vacuum t', true],
  ['analyze t', true],
  ['copy t from stdin', true],
  ['create index on t (a)', true],
  ['select 1', true],
  ['select now(), version()', true],
  ['select pg_try_advisory_xact_lock(1, 2)', true],
  ["select set_config('a', 'b', true)", true],
  ["select nextval('s')", true],
  ["select pg_notify('a', 'b')", true],
  ['', true],
  ['select * from jobs for update skip locked limit 1', true],
  ['update jobs set a = 1 where id in (select id from jobs for update skip locked)', true],
  ['select my_function(1)', false],
  ['select (select a from t)', false],
  ['select * from t for update', false],
  ['call f(1)', false],
  ['select pg_advisory_lock(id) from t', false],
  ['insert into t values (1)', false],
])('housekeeping: %s: %s', (text, isHousekeeping) => {
  expect(readStatement(text).shape.isHousekeeping).toBe(isHousekeeping)
})

test.each([
  ["select * from t where a = 'O'Brien smith'", 'syntax', 'select * from _ where _ = $ _ _ $'],
  ["select 'O'Brien", 'syntax', 'select $ _'],
  ['select * from t where name = ‘Brien’', 'syntax', 'select * from _ where _ = _'],
  ['selec 1', 'syntax', '_ $'],
  ['select 1; delete from t', 'several statements', 'select $1; delete from t'],
  [
    `select ${'('.repeat(300)}1${')'.repeat(300)}`,
    'too long',
    `select ${'('.repeat(300)}$${')'.repeat(300)}`,
  ],
])('is not parsed: %s', (text, unparsed, sql) => {
  expect(readStatement(text)).toMatchObject({
    unparsed,
    sql,
    fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
  })
})

test('a text of 10 MB is told by its beginning, wherever its rows end', () => {
  const insert = (rows: number) => `insert into t (a) values ${"('x'),".repeat(rows)}('x')`
  const one = readStatement(insert(1_400_000))
  expect(one).toEqual(readStatement(insert(1_500_001)))
  expect(one).toMatchObject({ type: 'insert', unparsed: 'too long', shape: { valuesRows: 2 } })
})
