import { existsSync } from 'node:fs'
import { systemClock } from '@voiceassist/kernel'
import {
  canStartPostgres,
  eventually,
  FakeClock,
  type PostgresServer,
  startPostgres,
} from '@voiceassist/testkit'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { ExplainResult } from '#src/plan/explainer'
import type { PlanNode } from '#src/plan/plan'
import { ServerExplainer, type ServerExplainerOptions } from '#src/plan/server-explainer'

const older = '/usr/lib/postgresql/15/bin'

describe.skipIf(!canStartPostgres())('an explainer on the newest server', () => suite(undefined))
describe.skipIf(!existsSync(older))('an explainer on PostgreSQL 15', () => suite(older))

const schema = `
  create table people (id int primary key, email text not null, born date);
  insert into people select i, 'p' || i || '@example.org', date '2000-01-01' + i % 9000 from generate_series(1, 20000) i;
  create index people_email on people (email);
  create table visits (id int, day date not null) partition by range (day);
  create table visits_a partition of visits for values from ('2020-01-01') to ('2021-01-01');
  create table visits_b partition of visits for values from ('2021-01-01') to ('2022-01-01');
  create sequence numbers;
  create table ran (what text);
  create function own_stable(x int) returns int stable language plpgsql as 'begin perform pg_advisory_lock(77); return x; end';
  create function own_volatile() returns int language plpgsql as $$ begin insert into ran values ('v'); return 1; end $$;
  create view harmful as select id, own_volatile() as harm from people;
  create view locking as select * from people where id < own_stable(100);
  create function own_counting(x int) returns int stable language plpgsql as
    $$ begin perform nextval('numbers'); return x; end $$;
  create view counting as select * from people where id < own_counting(100);
  create schema app; create table app.people (id int primary key, only_here text);
  analyze`

function suite(binFolder: string | undefined) {
  let server: PostgresServer
  let admin: pg.Client
  const opened: pg.Client[] = []
  const explainers: ServerExplainer[] = []

  beforeAll(async () => {
    server = await startPostgres(binFolder ? { binFolder } : {})
    admin = new pg.Client(server.url)
    await admin.connect()
    await admin.query(schema)
    // What the gate takes for one string is two statements for a server so set.
    await admin.query('alter database postgres set standard_conforming_strings = off')
  })
  afterEach(async () => {
    for (const explainer of explainers.splice(0)) await explainer.close()
  })
  afterAll(async () => {
    await admin?.end()
    await server?.close()
  })

  const connect = async () => {
    const client = new pg.Client(server.url)
    await client.connect()
    await client.query('set random_page_cost = 1.5')
    opened.push(client)
    return client as never
  }
  const explainer = (options: Partial<ServerExplainerOptions> = {}) => {
    const made = new ServerExplainer({ connect, clock: systemClock, ...options })
    explainers.push(made)
    return made
  }
  const connections = async () =>
    (
      await admin.query(
        "select pid, state, query from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'",
      )
    ).rows

  test('plans with values, without values, and for literals; no value is in the plan', async () => {
    const one = explainer()
    const bound = await one.explain({ sql: 'select * from people where email = $1', values: ['CANARY'] })
    expect(rootOf(bound)).toMatchObject({
      'Node Type': 'Index Scan',
      'Index Name': 'people_email',
      'Index Cond': '(email = ?::text)',
    })
    expect(bound).toMatchObject({ generic: false, plan: { analyzed: false } })
    const generic = await one.explain({ sql: 'select * from people where email = $1 and born > $2' })
    expect(rootOf(generic)).toMatchObject({
      'Node Type': 'Index Scan',
      'Index Cond': '(email = $1)',
      Filter: '(born > $2)',
    })
    expect(generic).toMatchObject({ generic: true })
    const literal = await one.explain({ sql: "select * from people where email = 'CANARY' and id > 4242;" })
    expect(rootOf(literal)).toMatchObject({
      'Node Type': 'Index Scan',
      'Index Cond': '(email = ?::text)',
      Filter: '(id > ?)',
    })
    expect(JSON.stringify([bound, generic, literal])).not.toMatch(/CANARY|4242/)
    expect(JSON.stringify(bound)).toContain('"random_page_cost":"1.5"')
    expect(await connections()).toHaveLength(1)
  })

  test('what a generic plan cannot be made of is skipped', async () => {
    const one = explainer()
    for (const sql of ['select $1 + $2', 'select extract($1 from now())']) {
      expect(await one.explain({ sql })).toMatchObject({ skipped: 'parameter types unknown' })
    }
    expect(
      rootOf(await one.explain({ sql: 'select * from people where born > now() - interval $1' })),
    ).toMatchObject({
      'Node Type': 'Seq Scan',
    })
    const partitions = await one.explain({ sql: 'select * from visits where day = $1' })
    expect(rootOf(partitions)['Node Type']).toBe('Append')
    if (!binFolder) expect(rootOf(partitions).Plans).toHaveLength(2)
  })

  test('runs a pure select when it is told to', async () => {
    const ran = await explainer().explain({
      sql: 'select lower(email) from people where id < $1',
      values: [50],
      analyze: true,
    })
    expect(ran).toMatchObject({ plan: { analyzed: true }, generic: false })
    expect(rootOf(ran)).toMatchObject({ 'Actual Rows': 49, 'Shared Hit Blocks': expect.any(Number) })
  })

  test.each([
    ["select nextval('numbers')", 'nextval'],
    ['select pg_sleep(0)', 'pg_sleep'],
    ["select pg_notify('a', 'b')", 'pg_notify'],
    ['select pg_advisory_lock(1)', 'pg_advisory_lock'],
    ["select set_config('work_mem', '1MB', false)", 'set_config'],
    ["select pg_read_file('/etc/passwd')", 'pg_read_file'],
    ['select lo_create(0)', 'lo_create'],
    ['select own_volatile() from people', 'own_volatile'],
    ['select own_stable(id) from people', 'own_stable'],
    ['select * from harmful', 'own_volatile'],
    ['select random() from people', 'random'],
  ])('does not run %s', async (sql, name) => {
    const result = await explainer().explain({ sql, analyze: true })
    expect(result).toMatchObject({ plan: { analyzed: false }, notRun: expect.stringContaining(name) })
    expect((await admin.query('select is_called from numbers')).rows).toEqual([{ is_called: false }])
    expect((await admin.query('select * from ran')).rows).toEqual([])
  })

  test('a function of the database that the planner would run is refused, and one that it runs unseen leaves nothing', async () => {
    const one = explainer()
    expect(await one.explain({ sql: 'select * from people where id = own_stable(5)' })).toEqual({
      skipped: 'unsafe function',
      reason: 'Function public.own_stable would run while it is planned',
    })
    expect(await one.explain({ sql: 'select * from people where own_stable(id) = 5' })).toMatchObject({
      generic: false,
    })
    expect(await one.explain({ sql: 'select * from locking' })).toMatchObject({ generic: false })
    expect(await one.explain({ sql: 'select * from counting' })).toMatchObject({ skipped: 'failed' })
    expect((await admin.query('select is_called from numbers')).rows).toEqual([{ is_called: false }])
    const locks = await admin.query("select * from pg_locks where locktype = 'advisory'")
    expect(locks.rows).toEqual([])
  })

  test('a text that the server would read as two statements is not', async () => {
    const sql = "select 'a\\'' ; commit; create table hostile (); --' where $1::int > 0"
    await explainer().explain({ sql })
    await explainer().explain({ sql: sql.replace('$1', '1') })
    expect((await admin.query("select to_regclass('hostile') as hostile")).rows).toEqual([{ hostile: null }])
  })

  test("finds tables by the application's search path", async () => {
    const sql = 'select only_here from people where id = $1'
    expect(await explainer().explain({ sql })).toMatchObject({
      skipped: 'failed',
      reason: expect.stringContaining('42703'),
    })
    const result = await explainer({ searchPath: 'app, public' }).explain({ sql })
    expect(result).toMatchObject({ generic: true })
  })

  test('an error says nothing of the text or of a value', async () => {
    const one = explainer()
    const results = [
      await one.explain({ sql: "select * from people where id = 'CANARY'" }),
      await one.explain({ sql: 'select * from people where id = $1', values: ['CANARY'] }),
      await one.explain({ sql: 'select "CANARY" from people' }),
      await one.explain({ sql: "select 'CANARY'::date" }),
    ]
    for (const result of results) expect(result).toMatchObject({ skipped: 'failed' })
    expect(JSON.stringify(results)).not.toContain('CANARY')
    expect(await one.explain({ sql: 'select 1' })).toMatchObject({ generic: false })
  })

  test('gives up on a lock soon, so that a definition that waits is not held up', async () => {
    const locker = new pg.Client(server.url)
    await locker.connect()
    await locker.query('begin; lock table people in access exclusive mode')
    expect(await explainer().explain({ sql: 'select * from people' })).toMatchObject({ skipped: 'busy' })
    await locker.query(
      'alter table people add column later int; commit; alter table people drop column later',
    )
    await locker.end()
    expect((await connections()).every(row => row.state === 'idle')).toBe(true)
  })

  test('a statement that takes too long to be run is planned', async () => {
    const sql = 'select count(*) from people a, people b, people c where a.id + b.id + c.id = 0'
    expect(await explainer().explain({ sql, analyze: true })).toMatchObject({
      plan: { analyzed: false },
      notRun: 'The time-out of a statement ended it',
    })
  })

  test('at its deadline it cancels, leaves the connection, and opens another', async () => {
    const clock = new FakeClock()
    const locker = new pg.Client(server.url)
    await locker.connect()
    await locker.query('begin; lock table people in access exclusive mode')
    // A server that does not keep to its time-outs.
    const deaf = async () => {
      const client = new pg.Client(server.url)
      await client.connect()
      const query = client.query.bind(client) as (query: { text: string }) => Promise<unknown>
      const isTimeout = (text: string) => /^set local \w*_timeout/.test(text)
      client.query = ((given: { text: string }) =>
        query(isTimeout(given.text) ? { text: 'select 1' } : given)) as never
      return client as never
    }
    const one = explainer({ clock, connect: deaf })
    const asked = one.explain({ sql: 'select * from people' })
    const waiting = async () =>
      (await connections()).filter(row => row.query.startsWith('explain') && row.state === 'active')
    await eventually(async () => expect(await waiting()).toHaveLength(1))
    await clock.advance(5000)
    expect(await asked).toEqual({ skipped: 'failed', reason: 'The server did not answer within 5 s' })
    await eventually(async () => expect(await waiting()).toHaveLength(0))
    await locker.query('rollback')
    await locker.end()
    expect(await one.explain({ sql: 'select * from people' })).toMatchObject({ generic: false })
  })

  test('closes the connection when it is idle, opens it again, and outlives its end', async () => {
    const clock = new FakeClock()
    const one = explainer({ clock })
    const planned = { generic: false }
    expect(await one.explain({ sql: 'select 1' })).toMatchObject(planned)
    await clock.advance(9000)
    expect(await one.explain({ sql: 'select 1' })).toMatchObject(planned)
    await clock.advance(9999)
    expect(await connections()).toHaveLength(1)
    await clock.advance(1)
    await eventually(async () => expect(await connections()).toHaveLength(0))
    expect(await one.explain({ sql: 'select 1' })).toMatchObject(planned)
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()')
    await eventually(async () => expect(await one.explain({ sql: 'select 1' })).toMatchObject(planned))
    await one.close()
    expect(await one.explain({ sql: 'select 1' })).toMatchObject({ skipped: 'failed' })
    await eventually(async () => expect(await connections()).toHaveLength(0))
  })

  test('a server that cannot be reached, or lets nobody in, is a failure and no more', async () => {
    const gone = async () => {
      throw Object.assign(new Error('CANARY'), { code: 'ECONNREFUSED' })
    }
    expect(await explainer({ connect: gone }).explain({ sql: 'select 1' })).toEqual({
      skipped: 'failed',
      reason: 'There is no connection to the server, or it was lost',
    })
  })
}

function rootOf(result: ExplainResult): PlanNode {
  if ('skipped' in result) throw new Error(`Skipped: ${result.reason}`)
  return result.plan.Plan
}
