import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CatalogFacts, TableFacts } from '#src/advice/catalog-facts'
import { queryColumns } from '#src/advice/query-columns'
import { tableFacts } from './table-facts.js'

const tables: readonly TableFacts[] = [
  tableFacts('public.t', {
    a: 'integer',
    b: 'integer',
    c: 'text',
    d: 'timestamp with time zone',
    flag: 'boolean',
    j: 'jsonb',
    tags: 'text[]',
    userId: 'integer',
  }),
  tableFacts('public.u', { id: 'integer', a: 'integer', email: 'character varying(20)', body: 'tsvector' }),
  tableFacts('other.t', { z: 'integer' }),
]
const catalog: CatalogFacts = {
  tables: new Map(tables.map(table => [`${table.schema}.${table.name}`, table])),
}
const views = new Map([['public.v', 'select t.a as va, u.email from t join u on u.id = t.b where t.flag']])
const context = { catalog, searchPath: ['public'], views, sortsByBytes: false, hasTrigrams: true }

/** 'table: role key' of each term, 'branch' where it stands in an OR. */
function roles(sql: string): string[] {
  return queryColumns(sql, context).uses.flatMap(use =>
    use.terms.map(
      term =>
        `${use.table.replace('public.', '')}: ${term.role} ${term.key}${term.branch ? ` in ${term.branch}` : ''}`,
    ),
  )
}

test.each([
  ['select * from t where a = $1', ['t: equal a']],
  ['select * from t where $1 = a', ['t: equal a']],
  ['select * from t where a in (1, 2) and b = any($1)', ['t: equal a', 't: equal b']],
  ["select * from t where a not in (1, 2) and b <> 3 and c not like 'x%'", []],
  ['select * from t where a > $1 and a <= $2', ['t: range a', 't: range a']],
  ['select * from t where d between $1 and $2', ['t: range d']],
  ['select * from t where (d, a) < ($1, $2)', ['t: range d']],
  ["select * from t where c like 'ab%'", ['t: prefix c']],
  ["select * from t where c like '%ab'", ['t: contains c']],
  ["select * from t where c ilike 'ab%'", ['t: contains c']],
  ['select * from t where a is null', ['t: equal a']],
  ['select * from t where a is not null', ['t: constant a']],
  ['select * from t where flag and not flag', ['t: equal flag', 't: equal flag']],
  [
    'select * from t where j @> $1 and tags && $2 and j ? $3',
    ['t: contains j', 't: contains tags', 't: contains j'],
  ],
  ['select * from u where body @@ to_tsquery($1)', ['u: contains body']],
  ['select * from u where lower(email) = $1', ['u: equal lower(email)']],
  ['select * from u where email::text = $1', ['u: equal email']],
  ["select * from t where j ->> 'x' = $1", ["t: equal ((j ->> 'x'))"]],
  ['select * from t where "userId" = $1', ['t: equal "userId"']],
  ['select * from t where a = b', []],
  ['select * from t x, u y where x.a = y.a', ['t: join a', 'u: join a']],
  ['select * from t join u using (a)', ['t: join a', 'u: join a']],
  ['select * from t one join t two on one.a = two.b', ['t: join a', 't: join b']],
  [
    'select * from t where a = $1 or (b = $2 and c = $3)',
    ['t: equal a in 1', 't: equal b in 2', 't: equal c in 2'],
  ],
  [
    'select * from t where a in (select id from u where email = $1)',
    ['t: join a', 'u: equal email', 'u: join id'],
  ],
  ['select * from t where exists (select 1 from u where u.id = t.a)', ['t: join a', 'u: join id']],
  ['select (select max(u.a) from u where u.id = t.b) from t', ['t: join b', 'u: join id']],
  ['with c as (select a x from t) select * from c where x = $1', ['t: equal a']],
  ['select * from (select a, b from t) s(q) where q = $1', ['t: equal a']],
  ['select * from v where va = $1', ['t: join b', 't: equal flag', 't: equal a', 'u: join id']],
  ['select * from other.t where z = $1', ['other.t: equal z']],
  ['select * from t where nothing = $1 and z = $2', []],
  ['select * from nowhere where a = $1', []],
  ['update t set c = $1 where a = $2', ['t: equal a']],
  ['update t set c = $1 from u where u.id = t.a', ['t: join a', 'u: join id']],
  ['delete from t using u where u.id = t.a and u.email = $1', ['t: join a', 'u: join id', 'u: equal email']],
  ['insert into u (id) select a from t where b = $1', ['t: equal b']],
  [
    'with recursive r as (select a from t union all select t.b from t join r on r.a = t.a) select * from r',
    ['t: equal a'],
  ],
  ['select a from t where a = $1 union select b from t where b > $1', ['t: equal a', 't: range b']],
])('%s', (sql, expected) => {
  expect(roles(sql).sort()).toEqual([...expected].sort())
})

test('ORDER BY has its directions, and whether it stops early', () => {
  const order = (sql: string) => {
    const [use] = queryColumns(sql, context).uses
    return [
      use?.isLimited,
      ...(use?.order.map(key => `${key.key} ${key.isDescending} ${key.nullsFirst}`) ?? []),
    ]
  }
  expect(order('select * from t order by a desc, b limit 5')).toEqual([true, 'a true true', 'b false false'])
  expect(order('select * from t order by a desc nulls last limit $1')).toEqual([true, 'a true false'])
  expect(order('select a, d as at from t order by 2, at')).toEqual([false, 'd false false', 'd false false'])
  expect(order('select max(d) from t')).toEqual([true, 'd true true'])
  expect(order('select a, count(*) from t group by a order by a limit 5')).toEqual([false, 'a false false'])
})

test('an ORDER BY over two tables ends with the first', () => {
  const { uses } = queryColumns('select * from t join u on u.id = t.a order by t.d, u.email limit 5', context)
  expect(uses.map(use => use.order.map(key => key.key))).toEqual([['d'], []])
})

test('tells which conditions have no placeholder', () => {
  const [use] = queryColumns(
    "select 1 from t where a is null and flag and c = 'open' and b = $1",
    context,
  ).uses
  expect(use?.terms.map(term => term.predicate)).toEqual(['a IS NULL', 'flag', "c = 'open'", undefined])
})

test('tells which columns are read, for indexes that hold all of them', () => {
  const [use] = queryColumns('select b from t where a = $1', context).uses
  expect([...(use?.columns ?? [])].sort()).toEqual(['a', 'b'])
  expect(use?.allColumns).toBe(false)
  expect(queryColumns('select count(*) from t where a = $1', context).uses[0]?.allColumns).toBe(false)
  expect(queryColumns('select * from t', context).uses[0]?.allColumns).toBe(true)
})

test('tells what an UPDATE sets', () => {
  expect(queryColumns('update t set a = 1, c = 2 where b = 3', context).updated).toEqual({
    table: 'public.t',
    columns: ['a', 'c'],
  })
})

test('names what is neither table nor view', () => {
  expect(queryColumns('select * from nowhere', context).unknown).toEqual(['nowhere'])
})

test('a view of itself does not end in a loop', () => {
  const loop = { ...context, views: new Map([['public.w', 'select * from w']]) }
  expect(queryColumns('select * from w where a = 1', loop).uses).toEqual([])
})

test('reads any statement that the parser takes', () => {
  const condition = fc.oneof(
    fc.constantFrom(
      'a = 1',
      'b > $1',
      'c is null',
      'flag',
      'exists (select 1 from u)',
      'a in (select id from u)',
      "j -> 'x' = '{}'",
    ),
  )
  const any = fc.letrec<{ node: string }>(tie => ({
    node: fc.oneof(
      { maxDepth: 4 },
      condition,
      fc
        .tuple(tie('node'), fc.constantFrom('and', 'or'), tie('node'))
        .map(([l, op, r]) => `(${l} ${op} ${r})`),
      tie('node').map(inner => `not (${inner})`),
      tie('node').map(inner => `a = (select max(a) from t where ${inner})`),
      tie('node').map(
        inner => `exists (with q as (select * from t where ${inner}) select * from q where a = 2)`,
      ),
    ),
  })).node
  fc.assert(
    fc.property(any, where => {
      for (const use of queryColumns(`select * from t where ${where} order by a limit 3`, context).uses)
        for (const term of use.terms)
          expect(term.columns.every(column => catalog.tables.get(use.table)?.columns.has(column))).toBe(true)
    }),
    { numRuns: 300 },
  )
})
