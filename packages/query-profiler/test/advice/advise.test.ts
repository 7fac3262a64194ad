import { describeDatabases } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Advice, AdviceOptions } from '#src/advice/advice'
import { advise } from '#src/advice/advise'
import { workloadFromFile } from '#src/advice/workload-from-file'
import { type AdvisedDatabase, advisedDatabase } from './advised-database.js'
import { shopSetup } from './shop-fixture.js'

const newest =
  'select * from orders where tenant_id = $1 and deleted_at is null order by created_at desc limit $2;'

describeDatabases('advise on an application', kind => {
  let database: AdvisedDatabase
  beforeAll(async () => {
    database = await advisedDatabase(
      kind,
      shopSetup + (kind === 'server' ? 'create extension hypopg;\n' : ''),
    )
  })
  afterAll(() => database.close())

  const ask = (text: string, options: AdviceOptions = {}): Promise<Advice> =>
    advise(database.session, workloadFromFile(text), options)
  const indexes = async (text: string, options?: AdviceOptions) =>
    (await ask(text, options)).indexes.map(({ ddl }) =>
      ddl.replace(/^CREATE INDEX CONCURRENTLY \S+ ON public\./, ''),
    )

  test('says by what it predicts', async () => {
    const { whatIf, notes } = await ask(newest)
    expect(whatIf).toBe(kind === 'server' ? 'hypopg' : 'statistics')
    expect(notes.join()).toMatch(kind === 'server' ? /HypoPG \d/ : /not installed/)
  })

  test('a tenant’s newest rows that are not deleted: equality, then the order, without those deleted', async () => {
    expect(await indexes(newest)).toEqual(['orders (tenant_id, created_at DESC) WHERE deleted_at IS NULL'])
  })

  test('without the condition in every text the index holds all rows', async () => {
    const both = `${newest} select * from orders where tenant_id = $1 order by created_at desc limit 10;`
    expect(await indexes(both)).toEqual(['orders (tenant_id, created_at DESC)'])
  })

  test('an expression, with a word on its statistics', async () => {
    const { indexes: found } = await ask('select * from users where lower(email) = $1;')
    expect(found).toMatchObject([
      { ddl: expect.stringContaining('(lower(email));\nANALYZE public.users'), confidence: 'low' },
    ])
  })

  test('GIN for jsonb and arrays', async () => {
    expect(
      await indexes('select * from orders where details @> $1; select * from orders where tags && $1;'),
    ).toEqual(['orders USING gin (details jsonb_path_ops)', 'orders USING gin (tags)'])
  })

  test('one index for the rare value of a column that the text names', async () => {
    const found = await indexes("select * from orders where status = 'open';")
    expect(found).toEqual(["orders (status) WHERE status = 'open'"])
  })

  test('searches of UPDATE and DELETE', async () => {
    const found = await indexes(
      'update orders set total = 1 where user_id = $1; delete from order_lines where order_id = $1;',
    )
    expect(found.sort()).toEqual(['order_lines (order_id)', 'orders (user_id)'])
  })

  test('a subquery that is run for each row', async () => {
    const found = await indexes(
      'select (select max(created_at) from orders o where o.user_id = u.id) from users u where u.tenant_id = $1;',
    )
    expect(found[0]).toMatch(/^orders \(user_id/)
  })

  test('equality before a range, and one index for both queries that begin alike', async () => {
    const found = await indexes(
      'select * from orders where created_at between $1 and $2 and user_id = $3; select * from orders where user_id = $1;',
    )
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(/^orders \(user_id/)
  })

  test('nothing for small tables, aggregates over all, primary keys and inserts', async () => {
    const advice =
      await ask(`select sum(total) from orders; select status, count(*) from orders group by status;
      select * from tenants where name = $1; select * from orders where id = $1; insert into tenants values ($1, $2);
      select * from orders; select count(*) from orders where deleted_at is null; select * from orders where total > 10;`)
    expect(advice.indexes).toEqual([])
    expect(advice.notes).toContain('1 statement was left out: It inserts rows without searching any')
  })

  test('no more bytes than the budget', async () => {
    expect(await indexes(newest, { budgetBytes: 10_000 })).toEqual([])
  })

  test('every record says all that it has to', async () => {
    const { indexes: found, workloadCost } = await ask(`-- days: 2\n-- calls: 100\n${newest}`)
    expect(found).toMatchObject([
      {
        action: 'create',
        table: 'public.orders',
        reason: expect.stringContaining('1 query'),
        helped: [{ callsPerDay: 50, used: true, sql: expect.stringContaining('tenant_id = $1') }],
        harmed: [],
        redundantWith: [],
        howToVerify: expect.stringContaining('copy'),
        howToUndo: 'DROP INDEX CONCURRENTLY public.orders_tenant_id_created_at_partial_idx',
      },
    ])
    const [record] = found
    expect(record?.helped[0]?.costAfter).toBeLessThan((record?.helped[0]?.costBefore ?? 0) / 5)
    expect(record?.bytes.low).toBeLessThanOrEqual(record?.bytes.high ?? 0)
    expect(record?.writes.overhead).toBeGreaterThan(0)
    expect(workloadCost.after).toBeLessThan(workloadCost.before)
  })

  test('leaves nothing behind', async () => {
    const state = async () =>
      (
        await database.session.query(
          `select (select array_agg(relname::text order by oid) from pg_class where relnamespace = 'public'::regnamespace) as relations,
        current_setting('default_transaction_read_only') as "readOnly", current_setting('statement_timeout') as timeout`,
        )
      ).rows
    const before = await state()
    await ask(newest)
    expect(await state()).toEqual(before)
    if (kind === 'server')
      expect((await database.session.query('select * from hypopg_list_indexes')).rows).toEqual([])
  })

  test('no value of a query is in what it says', async () => {
    const advice =
      await ask(`select * from users where lower(email) = 'canary'; select * from nowhere where x = 'canary';
      select * from orders where details @> '{"ref": "canary"}' /* canary */; select canary canary canary;
      update orders set total = 4711 where user_id = 4711; select * from orders where user_id = 4711 and id > 4711`)
    expect(advice.indexes.length).toBeGreaterThan(0)
    expect(JSON.stringify(advice)).not.toMatch(/canary|4711/)
  })

  test('ends when it is told to, and leaves the settings as they were', async () => {
    const stop = new AbortController()
    const asked = ask(newest, { signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) })
    await expect(asked).rejects.toThrow('enough')
    const { rows } = await database.session.query<{ value: string }>(
      `select current_setting('default_transaction_read_only') as value`,
    )
    expect(rows).toEqual([{ value: 'off' }])
  })

  test('a session that cannot be asked is said so', async () => {
    const session = { query: () => Promise.reject(new Error('canary')) }
    await expect(advise(session, workloadFromFile(newest))).rejects.toMatchObject({
      code: 'DATABASE_UNREADABLE',
    })
  })
})
