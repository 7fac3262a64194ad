import { tempDatabase } from '@voiceassist/testkit'
import pg from 'pg'
import type { CatalogFacts } from '#src/advice/catalog-facts'
import { readCatalog } from '#src/advice/read-catalog'
import type { Plan } from '#src/plan/plan'
import { readPlan } from '#src/plan/read-plan'

export interface PlanRequest {
  readonly sql: string
  /** Before it, in the same transaction, which is rolled back. */
  readonly before?: readonly string[]
  /** For it alone. */
  readonly settings?: Readonly<Record<string, string | number>>
  /** Options of EXPLAIN beside FORMAT JSON. Default: ANALYZE, BUFFERS. */
  readonly options?: string
}

export interface PlanDatabase {
  /** What its tables are like. */
  readonly catalog: CatalogFacts
  explain(request: PlanRequest): Promise<Plan>
  hasJit(): Promise<boolean>
  /** Since 16. */
  readonly hasGenericPlans: boolean
  close(): Promise<void>
}

/** A database on the run's server with tables just large enough for each rule to speak. */
export async function planDatabase(): Promise<PlanDatabase> {
  const temp = await tempDatabase({ kind: 'server', migrated: false })
  if (!('url' in temp.location)) throw new Error('not a server')
  const client = new pg.Client({ connectionString: temp.location.url })
  await client.connect()
  for (const statement of setup.split(/;\n/).filter(part => part.trim())) await client.query(statement)
  const catalog = await readCatalog({
    query: (sql, values) => client.query(sql, values as unknown[]) as never,
  })
  const { rows: settings } = await client.query('show server_version_num')
  return {
    catalog,
    hasGenericPlans: Number(settings[0].server_version_num) >= 160_000,
    async explain({ sql, before = [], settings = {}, options = 'analyze, buffers' }) {
      await client.query('begin')
      try {
        for (const [name, value] of Object.entries({ ...quiet, ...settings }))
          await client.query('select set_config($1, $2, true)', [name, String(value)])
        for (const statement of before) await client.query(statement)
        const { rows } = await client.query(`explain (format json${options ? `, ${options}` : ''}) ${sql}`)
        return readPlan(rows[0]['QUERY PLAN'], { analyzed: /\banalyze\b/.test(options) })
      } finally {
        await client.query('rollback')
      }
    },
    hasJit: async () => (await client.query('select pg_jit_available() as has')).rows[0].has,
    close: () => client.end().finally(() => temp.close()),
  }
}

function day(number: number): string {
  return new Date(Date.UTC(2024, 0, 1 + number)).toISOString().slice(0, 10)
}

/** Plans that do not depend on the machine: no workers, no compiling. */
const quiet = { jit: 'off', max_parallel_workers_per_gather: 0 }

const setup = `
create table customers (id int primary key, email text not null, name varchar(80) not null, city text not null);
insert into customers select n, 'user' || n || '@example.org', 'Name ' || n, 'city' || n % 100 from generate_series(1, 20000) n;
create index customers_email on customers (email);
create index customers_lower_name on customers (lower(name));
create index customers_city on customers (city text_pattern_ops);
create table orders (id bigint primary key, customer_id int not null, status text not null, code varchar(20) not null, total numeric not null, created_at timestamptz not null, note text not null) with (autovacuum_enabled = false);
insert into orders select n, (n::bigint * 7919) % 20000 + 1, (array['open', 'paid', 'sent', 'done', 'void'])[n % 5 + 1], 'c' || (n::bigint * 31) % 5000, n % 997, timestamptz '2024-01-01' + n * interval '1 minute', repeat('n', 150) from generate_series(1, 100000) n;
create index orders_customer on orders (customer_id);
create index orders_created on orders (created_at);
create index orders_code on orders (code);
create index orders_status_created on orders (status, created_at desc);
create table items (order_id int not null, product_id int not null, quantity int not null) with (autovacuum_enabled = false);
insert into items select n / 2 + 1, (n::bigint * 104729) % 2000, n % 5 from generate_series(1, 200000) n;
create table regions (id int primary key, code text not null, name text not null);
insert into regions select n, 'r' || n, 'region' || n % 50 from generate_series(1, 2000) n;
create table pairs (a int not null, b int not null);
insert into pairs select n % 100, n % 100 from generate_series(1, 100000) n;
create index pairs_a on pairs (a);
create table visits (id int not null, place int) with (autovacuum_enabled = false);
insert into visits select n, n from generate_series(1, 20000) n;
create index visits_id on visits (id);
create table seen (id int not null, place int) with (autovacuum_enabled = false);
insert into seen select n, n from generate_series(1, 20000) n;
create index seen_id on seen (id);
create table documents (id int, body tsvector);
insert into documents select n, to_tsvector('simple', case when n % 100 = 0 then 'alpha beta' else 'alpha gamma beta' end) from generate_series(1, 10000) n;
create index documents_body on documents using gin (body) with (fastupdate = off);
create table blocked (customer_id int);
insert into blocked select n * 3 from generate_series(1, 3000) n;
create table calls (id int primary key, customer_id int not null);
insert into calls select n, (n::bigint * 7919) % 20000 + 1 from generate_series(1, 20000) n;
alter table calls alter customer_id set (n_distinct = 10);
create table pages as select n as id, repeat('x', 1900) as filler from generate_series(1, 80000) n;
create table fresh with (autovacuum_enabled = false) as select n as id, repeat('x', 1000) as filler from generate_series(1, 40000) n;
create table parents (id int primary key);
insert into parents select n from generate_series(1, 1000) n;
create table children (id int, parent_id int references parents on delete cascade);
insert into children select n, n % 1000 + 1 from generate_series(1, 100000) n;
create table twins (id int, parent_id int references parents on delete cascade);
create index twins_parent on twins (parent_id);
insert into twins select n, n % 1000 + 1 from generate_series(1, 100000) n;
create table events (id int not null, at date not null) partition by range (at);
${Array.from({ length: 12 }, (_, month) => `create table events_${month + 1} partition of events for values from ('${day(month * 30)}') to ('${day(month * 30 + 30)}');`).join('\n')}
insert into events select n, '2024-01-01'::date + n % 360 from generate_series(1, 36000) n;
create index events_id on events (id);
create index events_at on events (at);
vacuum analyze customers, orders, items, regions, pairs, seen, documents, blocked, calls, pages, parents, children, twins, events;
analyze visits;
`
