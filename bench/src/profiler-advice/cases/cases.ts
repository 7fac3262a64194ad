import { type Case, calls } from './case.js'

const bank = (keys: string): string[] => [
  `create table branches (bid int ${keys}, balance int not null, filler text)`,
  `create table tellers (tid int ${keys}, bid int not null, balance int not null, filler text)`,
  `create table accounts (aid int ${keys}, bid int not null, balance int not null, filler char(84))`,
  `create table history (tid int, bid int, aid int, delta int, at timestamp, filler char(22))`,
  `insert into branches select n, 0, '' from generate_series(1, 5) n`,
  `insert into tellers select n, n % 5 + 1, 0, '' from generate_series(1, 50) n`,
  `insert into accounts select n, n % 5 + 1, hashint4(n) % 1000, '' from generate_series(1, 500000) n`,
  'vacuum analyze',
]
const bankWork = calls(
  10_000,
  'update accounts set balance = balance + $1 where aid = $2',
  'select balance from accounts where aid = $1',
  'update tellers set balance = balance + $1 where tid = $2',
  'update branches set balance = balance + $1 where bid = $2',
  'insert into history (tid, bid, aid, delta, at) values ($1, $2, $3, $4, current_timestamp)',
)

const shop = [
  'create table customers (id int primary key, email text not null unique, name text not null)',
  `create table purchases (id int primary key, customer_id int not null references customers, state text not null,
    created_at timestamptz not null, cents int not null)`,
  `insert into customers select n, 'c' || n || '@example.org', 'name ' || n from generate_series(1, 20000) n`,
  `insert into purchases select n, 1 + (hashint4(n) & 16383), case when n % 50 = 0 then 'open' else 'done' end,
    timestamptz '2026-01-01' + n * interval '1 minute', n % 9999 from generate_series(1, 200000) n`,
  'create index on purchases (customer_id, created_at desc)',
  `create index on purchases (created_at) where state = 'open'`,
  'vacuum analyze',
]

/** Where nothing is to be created. */
const nothing: Case[] = [
  {
    name: 'well indexed shop',
    setup: shop,
    workload: calls(
      1000,
      'select * from customers where email = $1',
      'select * from purchases where customer_id = $1 order by created_at desc limit 20',
      `select * from purchases where state = 'open' order by created_at limit 50`,
      'select p.*, c.name from purchases p join customers c on c.id = p.customer_id where p.id = $1',
      'update purchases set state = $1 where id = $2',
    ),
    right: [],
  },
  {
    name: 'small tables',
    setup: [
      'create table settings (id int primary key, name text not null, value text not null, kind text not null)',
      'create table roles (id int primary key, setting_id int not null, label text not null)',
      `insert into settings select n, 'setting ' || n, 'v', 'k' || n % 5 from generate_series(1, 300) n`,
      `insert into roles select n, n, 'role ' || n from generate_series(1, 300) n`,
      'vacuum analyze',
    ],
    workload: calls(
      5000,
      'select value from settings where name = $1',
      'select * from settings where kind = $1 order by name',
      'select r.label from roles r join settings s on s.id = r.setting_id where s.name = $1',
    ),
    right: [],
  },
  {
    name: 'aggregates over all rows',
    setup: [
      'create table events (id int primary key, kind int not null, at timestamptz not null, size int not null)',
      `insert into events select n, n % 20, timestamptz '2026-01-01' + n * interval '10 seconds', hashint4(n) & 4095
        from generate_series(1, 500000) n`,
      'vacuum analyze',
    ],
    workload: calls(
      20,
      'select count(*), sum(size), avg(size) from events',
      'select kind, count(*), max(size) from events group by kind order by kind',
      `select date_trunc('day', at) as day, sum(size) from events group by 1 order by 1`,
      'select kind, sum(size) from events where size >= 16 group by kind',
    ),
    right: [],
  },
  {
    name: 'inserts only',
    setup: [
      'create table readings (device int not null, at timestamptz not null, value float not null)',
      `insert into readings select n % 500, timestamptz '2026-01-01' + n * interval '1 second', n from generate_series(1, 300000) n`,
      'vacuum analyze',
    ],
    workload: calls(
      100_000,
      'insert into readings (device, at, value) values ($1, $2, $3)',
      'insert into readings (device, at, value) values ($1, $2, $3), ($4, $5, $6)',
    ),
    right: [],
  },
  {
    name: 'bank with its keys',
    setup: bank('primary key'),
    workload: bankWork,
    right: [],
  },
  {
    name: 'statistics of another time',
    setup: [
      'create table jobs (id int primary key, state text not null, payload text not null)',
      'create index on jobs (state)',
      `insert into jobs select n, 'open', repeat('x', 100) from generate_series(1, 1000) n`,
      'vacuum analyze jobs',
      `insert into jobs select n, 'done', repeat('x', 100) from generate_series(1001, 300000) n`,
    ],
    workload: calls(1000, `select id, payload from jobs where state = 'open' and id > 10`),
    right: [],
    other: 'analyze',
  },
]

/** Where something is. */
const something: Case[] = [
  {
    name: 'bank without its keys',
    setup: bank('not null'),
    workload: bankWork,
    right: [{ name: 'accounts (aid)', pattern: /^on accounts (using btree )?\(aid\)$/ }],
  },
  {
    name: 'application with tenants',
    setup: [
      'create table users (id int primary key, tenant_id int not null, email text not null)',
      'create table projects (id int primary key, tenant_id int not null, name text not null)',
      `create table tasks (id int primary key, tenant_id int not null, project_id int not null references projects,
        state text not null, payload jsonb not null, created_at timestamptz not null, deleted_at timestamptz)`,
      'create table comments (id int primary key, task_id int not null references tasks, body text not null)',
      `insert into users select n, n % 300, 'User' || n || '@example.org' from generate_series(1, 60000) n`,
      `insert into projects select n, n % 300, 'project ' || n from generate_series(1, 3000) n`,
      `insert into tasks select n, n % 300, 1 + n % 3000, (array['open', 'done', 'held'])[1 + n % 3],
          jsonb_build_object('ref', 'r' || n, 'weight', n % 7),
          timestamptz '2026-01-01' + (hashint4(n) & 1048575) * interval '20 seconds',
          case when n % 10 < 7 then timestamptz '2026-09-01' end
        from generate_series(1, 200000) n`,
      `insert into comments select n, 1 + (hashint4(n) & 131071), repeat('said ', 10) from generate_series(1, 200000) n`,
      // What deletes from a table tells that foreign keys to it are searched.
      `insert into projects select n, 1, 'gone' from generate_series(3001, 3100) n`,
      'delete from projects where id > 3000',
      'vacuum analyze',
      'select pg_stat_force_next_flush()',
    ],
    workload: [
      ...calls(
        2000,
        'select * from tasks where tenant_id = $1 and deleted_at is null order by created_at desc limit 20',
        'select * from users where lower(email) = lower($1)',
        'select id, body from comments where task_id = $1 order by id',
      ),
      ...calls(300, `select id from tasks where payload @> '{"ref": "r4711"}'`),
      ...calls(100, 'delete from projects where id = $1', 'select id, name from projects where id = $1'),
      ...calls(500, 'update tasks set state = $1 where id = $2', 'insert into comments values ($1, $2, $3)'),
    ],
    right: [
      {
        name: 'tasks (tenant_id, created_at)',
        pattern:
          /^on tasks (using btree )?\(tenant_id, created_at( desc)?\)( include \(.*\))?( where \(?deleted_at is null\)?)?$/,
      },
      { name: 'users (lower(email))', pattern: /^on users (using btree )?\(\(?lower\(email\)\)?\)$/ },
      { name: 'comments (task_id)', pattern: /^on comments (using btree )?\(task_id(, id)?\)/ },
      { name: 'tasks, payload by GIN', pattern: /^on tasks using gin \(payload( jsonb_(path_)?ops)?\)$/ },
      { name: 'tasks (project_id)', pattern: /^on tasks (using btree )?\(project_id\)$/ },
    ],
  },
]

export const cases: readonly Case[] = [...nothing, ...something]
