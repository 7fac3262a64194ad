import { hasServer } from '@voiceassist/testkit'
import pg from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { advise } from '#src/advice/advise'
import { workloadFromFile } from '#src/advice/workload-from-file'
import { type AdvisedDatabase, advisedDatabase } from './advised-database.js'

const wide = `create table t (id bigint primary key, a int not null, b int not null, c int not null, d timestamptz not null, e text not null);
insert into t select n, n % 1000, n % 7, (n * 7919) % 50000, timestamptz '2024-01-01' + n * interval '1 second', repeat('x', 60) from generate_series(1, 50000) n;
`

describe.skipIf(!hasServer())('advise with hypothetical indexes', () => {
  const opened: AdvisedDatabase[] = []
  afterEach(async () => {
    for (const database of opened.splice(0)) await database.close()
  })

  const open = async (setup: string) => {
    const database = await advisedDatabase('server', `create extension hypopg;\n${setup}`)
    opened.push(database)
    return database
  }
  const ask = async (setup: string, workload: string, options = {}) => {
    const { session } = await open(setup)
    return advise(session, workloadFromFile(workload), options)
  }
  const short = (ddl: string) => ddl.replace(/^CREATE INDEX CONCURRENTLY \S+ ON public\./, '')
  const created = async (setup: string, workload: string, options = {}) =>
    (await ask(setup, workload, options)).indexes
      .filter(({ action }) => action === 'create')
      .map(({ ddl }) => short(ddl))

  test('what an index that is there already does is not advised again', async () => {
    const queries = 'select * from t where a = $1; select * from t where c = $1 and a = $2;'
    expect(await created(`${wide}create index on t (a, c);\nvacuum analyze t;\n`, queries)).toEqual([])
    expect(
      await created(`${wide}create index on t (a);\ncreate index on t (c, a);\nvacuum analyze t;\n`, queries),
    ).toEqual([])
  })

  test('a wider index makes the narrow one superfluous, and says so', async () => {
    const setup = `${wide}create index t_b on t (b);\nvacuum analyze t;\n`
    const { indexes } = await ask(setup, 'select * from t where b = $1 order by d desc limit 10;')
    expect(indexes).toMatchObject([{ ddl: expect.stringContaining('(b, d DESC)'), redundantWith: ['t_b'] }])
  })

  test('not the order alone, which looks cheap and reads all until it has found enough', async () => {
    const found = await created(
      `${wide}vacuum analyze t;\n`,
      'select * from t where c = 17 order by d limit 10;',
    )
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(/^t \(c/)
  })

  test('without statistics, or with old ones: ANALYZE first, and no index', async () => {
    const workload = 'select * from t where a = $1;'
    const never = await ask(`${wide}alter table t set (autovacuum_enabled = off);\n`, workload)
    expect(never).toMatchObject({ indexes: [], others: [{ kind: 'analyze', text: 'ANALYZE public.t' }] })
    const database = await open(
      `${wide}alter table t set (autovacuum_enabled = off);\nanalyze t;\nupdate t set b = b + 1 where id <= 20000;\n`,
    )
    await database.run('select pg_stat_force_next_flush();\n')
    expect(await advise(database.session, workloadFromFile(workload))).toMatchObject({
      indexes: [],
      others: [{ kind: 'analyze', reason: expect.stringContaining('20000 rows') }],
    })
  })

  test('an index on what is updated all the time says so, and is not advised where it costs more than it saves', async () => {
    const database = await open(
      `${wide.replace('e text not null)', 'e text not null) with (fillfactor = 50)')}vacuum analyze t;\n`,
    )
    await database.run(
      'update t set b = b + 1 where id % 20 = 0;\nselect pg_stat_force_next_flush();\nanalyze t;\nselect pg_stat_force_next_flush();\n',
    )
    const update = '-- calls: 1000\nupdate t set c = $1 where id = $2;'
    const { indexes } = await advise(
      database.session,
      workloadFromFile(`-- calls: 10000\nselect * from t where c = $1;\n${update}`),
    )
    expect(indexes[0]?.writes.lostHotUpdates).toBeGreaterThan(0.5)
    expect(indexes[0]?.reason).toMatch(/heap-only/)
    const writes = `-- calls: 10000000\nupdate t set c = $1 where id = $2;`
    await database.run(
      'vacuum t;\nupdate t set b = b + 1 where id % 20 < 8;\nselect pg_stat_force_next_flush();\nanalyze t;\nselect pg_stat_force_next_flush();\n',
    )
    expect(
      await advise(database.session, workloadFromFile(`select * from t where c = $1;${writes}`)),
    ).toMatchObject({ indexes: [] })
  })

  test('a foreign key that no index serves, where the referenced table is deleted from', async () => {
    const setup = `create table parents (id int primary key);
create table children (id int primary key, parent_id int not null references parents, note text);
insert into parents select generate_series(1, 1000);
insert into children select n, 1 + n % 900, repeat('x', 50) from generate_series(1, 30000) n;
analyze;
`
    const nothing = 'select * from parents where id = $1;'
    expect(await created(setup, nothing)).toEqual([])
    const deletes = 'delete from parents where id > 990;\nselect pg_stat_force_next_flush();\nanalyze;\n'
    const { indexes } = await ask(setup + deletes, nothing)
    expect(indexes).toMatchObject([
      {
        action: 'create',
        table: 'public.children',
        confidence: 'medium',
        reason: expect.stringContaining('children_parent_id_fkey'),
      },
    ])
    expect(await created(`${setup}${deletes}create index on children (parent_id, id);\n`, nothing)).toEqual(
      [],
    )
  })

  test('a partitioned table is indexed partition by partition', async () => {
    const setup = `create table events (id int, kind int, at date) partition by range (at);
create table events_a partition of events for values from ('2024-01-01') to ('2024-02-01');
create table events_b partition of events for values from ('2024-02-01') to ('2024-03-01');
insert into events select n, n % 5000, date '2024-01-01' + n % 58 from generate_series(1, 60000) n;
analyze;
`
    const { indexes } = await ask(setup, 'select * from events where kind = $1;')
    expect(indexes).toMatchObject([
      {
        ddl: expect.stringMatching(/ON ONLY public\.events \(kind\);\n-- .*ATTACH PARTITION/),
        howToUndo: expect.not.stringContaining('CONCURRENTLY'),
      },
    ])
  })

  test('columns that are only read are included where that makes the query much cheaper', async () => {
    const setup = `create table facts (id bigint primary key, k int not null, v int not null, pad text not null);
insert into facts select n, (n * 7919) % 100, n % 13, repeat('x', 200) from generate_series(1, 60000) n;
vacuum analyze facts;
`
    expect(await created(setup, 'select sum(v) from facts where k = $1;')).toEqual(['facts (k) INCLUDE (v)'])
    const updating = 'select sum(v) from facts where k = $1;\nupdate facts set v = v + 1 where k = $1;'
    expect(await created(setup, updating)).toEqual(['facts (k)'])
  })

  test('a common value is said', async () => {
    const setup = `create table jobs (id int primary key, state text not null, pad text not null);
insert into jobs select n, case when n % 2 = 0 then 'done' else 'state' || n end, repeat('x', 100) from generate_series(1, 40000) n;
vacuum analyze jobs;
`
    const { indexes } = await ask(setup, 'select * from jobs where state = $1;')
    expect(indexes).toMatchObject([
      { confidence: 'medium', confidenceReason: expect.stringMatching(/50 % of the rows/) },
    ])
  })

  test('reads as a role that may only read', async () => {
    const { session, url } = await open(`${wide}vacuum analyze t;\n`)
    const role = `reader_${new URL(url ?? '').pathname.slice(1)}`
    await session.query(`create role ${role} login`)
    await session.query(`grant pg_read_all_data, pg_read_all_stats to ${role}`)
    const own = new URL(url ?? '')
    own.username = role
    const client = new pg.Client({ connectionString: own.href })
    await client.connect()
    try {
      const reader = {
        query: (sql: string, values?: readonly unknown[]) => client.query(sql, values as unknown[]) as never,
      }
      const { indexes } = await advise(
        reader,
        workloadFromFile('select * from t where c = $1; update t set b = 1 where c = $1;'),
      )
      expect(indexes.map(({ ddl }) => short(ddl))).toEqual(['t (c)'])
    } finally {
      await client.end()
      await session.query(`drop owned by ${role}`)
      await session.query(`drop role ${role}`)
    }
  })

  test('real indexes in a scratch database, all dropped afterwards; never in the advised one', async () => {
    const withoutHypopg = 'drop extension hypopg;\n'
    const database = await open(`${withoutHypopg}${wide}vacuum analyze t;\n`)
    const scratch = await open(`${withoutHypopg}${wide}vacuum analyze t;\n`)
    const relations = async ({ session }: AdvisedDatabase) =>
      (
        await session.query(
          `select relname from pg_class where relnamespace = 'public'::regnamespace order by 1`,
        )
      ).rows
    const before = await relations(scratch)
    const workload = workloadFromFile('select * from t where c = $1;')
    const advice = await advise(database.session, workload, { scratch: scratch.session })
    expect(advice).toMatchObject({
      whatIf: 'scratch',
      indexes: [{ ddl: expect.stringContaining('(c)'), confidence: 'high' }],
    })
    expect(await relations(scratch)).toEqual(before)
    expect(await relations(database)).toEqual(before)
    await expect(advise(database.session, workload, { scratch: database.session })).rejects.toMatchObject({
      code: 'SCRATCH_DATABASE_UNSUITABLE',
    })
  })
})
