/** An application as many are: tenants, soft deletion, newest first, jsonb, arrays, foreign keys; primary keys only. */
export const shopSetup = `
create table tenants (id bigint primary key, name text not null);
create table users (id bigint primary key, tenant_id bigint not null, email varchar(200) not null, last_seen_at timestamptz);
create table orders (id bigint primary key, tenant_id bigint not null, user_id bigint not null references users, status text not null,
  created_at timestamptz not null, deleted_at timestamptz, total numeric not null, tags text[] not null, details jsonb not null);
create table order_lines (id bigint primary key, order_id bigint not null references orders, sku text not null, amount int not null);
insert into tenants select n, 'tenant ' || n from generate_series(1, 50) n;
insert into users select n, 1 + n % 50, 'User' || n || '@example.org', now() - n * interval '1 minute' from generate_series(1, 20000) n;
insert into orders select n, 1 + n % 50, 1 + (n * 7919) % 20000, case when n % 50 = 0 then 'open' else 'done' end,
  timestamptz '2024-01-01' + (n * 7907 % 60000) * interval '1 minute',
  case when n % 4 = 0 then now() end, n % 1000, array['tag' || n % 3000], jsonb_build_object('ref', n % 5000, 'text', repeat('x', 40))
  from generate_series(1, 60000) n;
insert into order_lines select n, 1 + (n * 7) % 60000, 'sku' || n % 500, n % 10 from generate_series(1, 120000) n;
analyze;
`
