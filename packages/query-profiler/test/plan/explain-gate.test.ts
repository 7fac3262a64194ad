import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { passGate } from '#src/plan/explain-gate'

const passes = (sql: string) => !('skipped' in passGate(sql))

describe('the gate', () => {
  test.each([
    'select 1',
    'select * from t where a = $1;',
    'values (1), (2)',
    'table t',
    '/* ; drop table t */ select $$; drop table t$$ -- ; drop',
    `select '; drop table t', E'\\'; drop', U&"d\\0061t" from t`,
    'with recursive r as (select 1 union all select 2) select * from r',
    'select * from (select * from (select 1) a) b union select 2',
    `select 'a\\''; drop table t --'`,
  ])('lets pass: %s', sql => {
    expect(passGate(sql)).toMatchObject({ sql })
  })

  test.each([
    ['insert into t values (1)', 'not a select'],
    ['update t set a = 1', 'not a select'],
    ['delete from t', 'not a select'],
    ['merge into t using s on true when matched then delete', 'not a select'],
    ['explain analyze select 1', 'not a select'],
    ['explain (analyze) delete from t', 'not a select'],
    ["copy (select 1) to program 'rm'", 'not a select'],
    ['create table x as select 1', 'not a select'],
    ['create materialized view x as select 1', 'not a select'],
    ['declare c cursor for select 1', 'not a select'],
    ['execute p(1)', 'not a select'],
    ['prepare p as select 1', 'not a select'],
    ['call p()', 'not a select'],
    ['do $$ begin perform 1; end $$', 'not a select'],
    ['lock table t', 'not a select'],
    ['begin', 'not a select'],
    ['select * into x from t', 'not a select'],
    ['select 1 into temp x union select 2', 'not a select'],
    ['with d as (delete from t returning a) select * from d', 'not a select'],
    ['select (select count(*) from (with u as (update t set a = 1 returning a) select 1) x)', 'not a select'],
    [
      'with a as (with b as (with c as (insert into t values (1) returning a) select 1) select 1) select 1',
      'not a select',
    ],
    ['select * from t for update', 'locks rows'],
    ['select * from t for no key update skip locked', 'locks rows'],
    ['select * from (select * from t for share) s', 'locks rows'],
    ['with a as (select * from t for key share) select 1', 'locks rows'],
    ['select 1; drop table t', 'several statements'],
    ['select 1; commit; drop table t; --', 'several statements'],
    [`select '\\'; drop table t; --'`, 'several statements'],
    ['select 1;;select 2', 'several statements'],
    ['', 'not parsed'],
    [';', 'not parsed'],
    ['-- nothing', 'not parsed'],
    ['select', undefined],
    ['select from where', 'not parsed'],
    ["select 'unterminated", 'not parsed'],
    ['select 1 \0; drop table t', 'not parsed'],
    [`select ${'('.repeat(30_000)}`, 'not parsed'],
    [`select '${'x'.repeat(100_000)}'`, 'not parsed'],
    ['select interval $1 day', 'parameter types unknown'],
  ])('refuses: %.80s', (sql, skipped) => {
    const verdict = passGate(sql)
    expect('skipped' in verdict ? verdict.skipped : undefined).toBe(skipped)
  })

  test('says nothing of the text', () => {
    for (const sql of [
      "select 'CANARY",
      'CANARY',
      "insert into t values ('CANARY')",
      "select 'CANARY'; select 1",
    ]) {
      expect(JSON.stringify(passGate(sql))).not.toContain('CANARY')
    }
  })

  test('names the functions that are called, and whether a column decides what they return', () => {
    const verdict = passGate(
      'select app.f(a), g(1 + h(b), $2), i(), sum(j($1)) filter (where k(c)) from l(3) where extract(year from now()) = 1',
    )
    const functions = 'functions' in verdict ? verdict.functions : []
    const byName = new Map(functions.map(call => [call.name, call]))
    expect([...byName.keys()].sort()).toEqual(['extract', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'now', 'sum'])
    expect(
      functions
        .filter(call => call.takesColumn)
        .map(call => call.name)
        .sort(),
    ).toEqual(['f', 'g', 'h', 'k', 'sum'])
    expect(byName.get('f')?.schema).toBe('app')
    expect(byName.get('extract')?.schema).toBe('pg_catalog')
    expect(byName.get('now')?.schema).toBeUndefined()
    expect(verdict).toMatchObject({ parameters: 2 })
  })

  test('writes a parameter with its type as a server takes it', () => {
    expect(passGate('select "Ü", date $2 + interval $1, timestamp with time zone $3 from t')).toMatchObject({
      sql: 'select "Ü", $2::date + $1::interval, $3::timestamp with time zone from t',
      parameters: 3,
    })
    expect(passGate('select cast($1 as date), $2::date')).toMatchObject({
      sql: 'select cast($1 as date), $2::date',
    })
    expect(passGate('select date -- ; \n $1, 2')).not.toMatchObject({ sql: expect.stringContaining('\n $1') })
  })

  test('lets no second statement, no write and no lock pass, however they are dressed', () => {
    const hostile = fc.constantFrom(
      ...[
        'drop table t',
        'delete from t',
        'commit',
        'insert into t values (1)',
        'select pg_sleep(1)',
        'copy t to program $$x$$',
      ],
    )
    const noise = fc
      .array(
        fc.constantFrom(' ', '\n', '\t', '/* ; */', '-- ;\n', '/* /* nested */ */', ';', '\uFEFF', '\u00a0'),
        { maxLength: 4 },
      )
      .map(parts => parts.join(''))
    const first = fc.constantFrom(
      ...[
        'select 1',
        "select 'a;b'",
        'select $$;$$',
        'select $q$ $$ ; $q$',
        `select U&'\\0027'`,
        "select E'\\''",
        "select '\\'",
        'select "a;""b" from t',
      ],
    )
    fc.assert(
      fc.property(first, noise, noise, hostile, noise, (select, before, after, statement, end) => {
        expect(passes(`${before}${select}${after};${end}${statement}${end}`)).toBe(false)
      }),
      { numRuns: 500 },
    )
  })

  test('finds a write or a lock at any depth', () => {
    const core = fc
      .constantFrom(
        ...[
          'delete from t returning a',
          'insert into t values (1) returning a',
          'update t set a = 2 returning a',
        ],
      )
      .map(write => `with w as (${write}) select a from w`)
    const lock = fc
      .constantFrom('update', 'share', 'no key update nowait')
      .map(strength => `select a from t for ${strength}`)
    const wraps = fc.array(
      fc.constantFrom(
        (q: string) => `select * from (${q}) s`,
        (q: string) => `with c as (${q}) select * from c`,
        (q: string) => `select 1 where exists (${q})`,
        (q: string) => `select array(${q}), case when (${q}) = 1 then 2 end`,
        (q: string) => `(${q}) union all select 1`,
        (q: string) => `select 1 from t join lateral (${q}) l on true order by (${q}) limit (${q})`,
        (q: string) => `values ((${q}))`,
      ),
      { maxLength: 4 },
    )
    fc.assert(
      fc.property(fc.oneof(core, lock), wraps, (inner, wrap) => {
        const sql = wrap.reduce((query, put) => put(query), inner)
        const verdict = passGate(sql)
        expect('skipped' in verdict && ['not a select', 'locks rows'].includes(verdict.skipped)).toBe(true)
        const harmless = wrap.reduce((query, put) => put(query), 'select a from t')
        expect(passes(harmless)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), text => {
        passGate(text)
        passGate(`select ${text}`)
      }),
      { numRuns: 500 },
    )
  })
})
