import { expect, test } from 'vitest'
import { plannableQuery } from '#src/advice/plannable-query'
import { tableFacts } from './table-facts.js'

const tables = new Map([
  ['public.t', tableFacts('public.t', { a: 'integer', b: 'integer', d: 'date' })],
  ['public.u', tableFacts('public.u', { id: 'integer' })],
])
const context = {
  catalog: { tables },
  searchPath: ['public'],
  views: new Map<string, string>(),
  sortsByBytes: true,
  hasTrigrams: false,
}

function planned(sql: string): string {
  const read = plannableQuery({ fingerprint: 'f', sql, calls: 1, meanMs: null }, context)
  return 'reason' in read ? `left out: ${read.reason}` : `${read.sql} -- ${read.parameters}`
}

test.each([
  ['select * from t where a = $1', 'select * from t where a = $1 -- 1'],
  ['select /* why */ a -- so\nfrom t;', 'select a from t -- 0'],
  ["select 'é', '/* -- */' from t where a = $1", "select 'é' , '/* -- */' from t where a = $1 -- 1"],
  ['update t set a = $1, b = $2 where b = $3 returning a', 'SELECT 1 FROM t where b = $1 -- 1'],
  [
    'update only t as x set a = u.id from u where u.id = x.b',
    'SELECT 1 FROM only t as x , u where u . id = x . b -- 0',
  ],
  [
    'delete from t using u where t.a = u.id and t.b = $2',
    'SELECT 1 FROM t , u where t . a = u . id and t . b = $1 -- 1',
  ],
  [
    'with x as (select 1) delete from t where a in (select * from x)',
    'with x as ( select 1 ) SELECT 1 FROM t where a in ( select * from x ) -- 0',
  ],
  [
    'insert into t (a) select id from u where id = $1 on conflict do nothing',
    'select id from u where id = $1 -- 1',
  ],
  ['insert into t values ($1, $2)', 'left out: It inserts rows without searching any'],
  ['select * from t where a = $1 for update skip locked', 'select * from t where a = $1 -- 1'],
  ['select * from t order by a limit $2 offset $3', 'select * from t order by a limit 20 offset 0 -- 0'],
  [
    'select * from t where d > date $1 - interval $2',
    'select * from t where d > $1 ::DATE - $2 ::INTERVAL -- 2',
  ],
  [
    'select * from t where a = $2 or b = $2 or a = $1',
    'select * from t where a = $1 or b = $1 or a = $2 -- 2',
  ],
  ['select * from t where d > date $1 - $2', 'select * from t where d > $1 ::DATE - $2 ::int -- 2'],
  ['select extract($1 from d) from t', 'select extract ( year from d ) from t -- 0'],
  [
    'select sum(case when a = $1 then $2 else $3 end), case when b = $4 then $5 end from t',
    'select sum ( case when a = $1 then $2 ::int else $3 ::int end ) , case when b = $4 then $5 end from t -- 5',
  ],
  ['select 1; select 2', 'left out: It is several statements'],
  ['vacuum t', 'left out: It is no SELECT, UPDATE or DELETE'],
  ['with x as (insert into t values (1) returning a) select * from x', 'left out: A part of it writes'],
  ['select a into v from t', 'left out: A part of it writes'],
  ['select from where', 'left out: PostgreSQL’s parser refuses it'],
  ["select 'open", 'left out: PostgreSQL’s parser refuses it'],
])('%s', (sql, expected) => {
  expect(planned(sql)).toBe(expected)
})
