import { nations, words } from './words.js'

/** Tables of TPC-H's shape, with primary keys only: what the advice is asked to add is everything else. */
export const tableNames = [
  'region',
  'nation',
  'supplier',
  'customer',
  'part',
  'partsupp',
  'orders',
  'lineitem',
] as const

export const createTables = `
create table region (r_regionkey int not null, r_name char(25) not null, r_comment varchar(152));
create table nation (n_nationkey int not null, n_name char(25) not null, n_regionkey int not null, n_comment varchar(152));
create table supplier (s_suppkey int not null, s_name char(25) not null, s_address varchar(40) not null,
  s_nationkey int not null, s_phone char(15) not null, s_acctbal numeric(15,2) not null, s_comment varchar(101) not null);
create table customer (c_custkey int not null, c_name varchar(25) not null, c_address varchar(40) not null,
  c_nationkey int not null, c_phone char(15) not null, c_acctbal numeric(15,2) not null, c_mktsegment char(10) not null,
  c_comment varchar(117) not null);
create table part (p_partkey int not null, p_name varchar(55) not null, p_mfgr char(25) not null,
  p_brand char(10) not null, p_type varchar(25) not null, p_size int not null, p_container char(14) not null,
  p_retailprice numeric(15,2) not null, p_comment varchar(23) not null);
create table partsupp (ps_partkey int not null, ps_suppkey int not null, ps_availqty int not null,
  ps_supplycost numeric(15,2) not null, ps_comment varchar(199) not null);
create table orders (o_orderkey int not null, o_custkey int not null, o_orderstatus char(1) not null,
  o_totalprice numeric(15,2) not null, o_orderdate date not null, o_orderpriority char(15) not null,
  o_clerk char(15) not null, o_shippriority int not null, o_comment varchar(79) not null);
create table lineitem (l_orderkey int not null, l_partkey int not null, l_suppkey int not null,
  l_linenumber int not null, l_quantity numeric(15,2) not null, l_extendedprice numeric(15,2) not null,
  l_discount numeric(15,2) not null, l_tax numeric(15,2) not null, l_returnflag char(1) not null,
  l_linestatus char(1) not null, l_shipdate date not null, l_commitdate date not null, l_receiptdate date not null,
  l_shipinstruct char(25) not null, l_shipmode char(10) not null, l_comment varchar(44) not null);`

export const primaryKeys: Readonly<Record<(typeof tableNames)[number], string>> = {
  region: 'r_regionkey',
  nation: 'n_nationkey',
  supplier: 's_suppkey',
  customer: 'c_custkey',
  part: 'p_partkey',
  partsupp: 'ps_partkey, ps_suppkey',
  orders: 'o_orderkey',
  lineitem: 'l_orderkey, l_linenumber',
}

/**
 * `draw(key, stream, n)`: a whole number in [0, n) that the key, the stream and the seed determine; the server's own hash
 * function, so that data are made where they are kept.
 */
export const createHelpers = (seed: number) => `
create schema gen;
create function gen.draw(key bigint, stream int, n int) returns int language sql immutable parallel safe as
  'select ((hashint8extended(key, stream + ${seed * 1000}) & 9223372036854775807) % n)::int';
create function gen.price(part int) returns numeric language sql immutable parallel safe as
  'select (90000 + ((part / 10) % 20001) + 100 * (part % 1000)) / 100.0';
create function gen.supplier(part int, i int, suppliers int) returns int language sql immutable parallel safe as
  'select (part + i * (suppliers / 4 + (part - 1) / suppliers)) % suppliers + 1';
create function gen.phone(key bigint, nation int) returns text language sql immutable parallel safe as
  'select format(''%s-%s-%s-%s'', nation + 10, 100 + gen.draw(key, 901, 900), 100 + gen.draw(key, 902, 900), 1000 + gen.draw(key, 903, 9000))';
create function gen.address(key bigint, stream int) returns text language sql immutable parallel safe as
  'select left(md5(key::text || stream) || md5(stream || key::text), 10 + gen.draw(key, stream, 31))';
create table gen.sentence (id int primary key, text text not null);`

/** One of the words of `list`, drawn by `key`. */
function oneOf(list: readonly string[], key: string, stream: number): string {
  return `(array[${list.map(word => `'${word}'`).join(',')}])[1 + gen.draw(${key}, ${stream}, ${list.length})]`
}

const money = (key: string, stream: number) => `(gen.draw(${key}, ${stream}, 1099999) - 99999) / 100.0`
export const sentences = 16_384
const withSentence = (key: string, stream: number) =>
  `join gen.sentence on id = gen.draw(${key}, ${stream}, ${sentences})`

export interface TableSizes {
  readonly suppliers: number
  readonly customers: number
  readonly parts: number
  readonly orders: number
}

/** The statement that fills a table with the keys from `$1` to `$2`; for `lineitem` these are of orders. */
export function fillStatements(
  sizes: TableSizes,
): Record<Exclude<(typeof tableNames)[number], 'orders'>, string> {
  const { suppliers, parts } = sizes
  return {
    region: `insert into region select n - 1, (array['${words.regions.join("','")}'])[n], 'one of five'
      from generate_series($1::int, $2::int) n`,
    nation: `insert into nation select n - 1, (array['${nations.join("','")}'])[n], (n - 1) / 5, 'one of twenty-five'
      from generate_series($1::int, $2::int) n`,
    // Five suppliers of ten thousand have a grievance told of them, and five are praised.
    supplier: `insert into supplier select n, 'Supplier#' || lpad(n::text, 9, '0'), gen.address(n, 201),
        nation, gen.phone(n, nation), ${money('n', 203)},
        case gen.draw(n, 204, 2000) when 0 then left(text, 30) || 'Client told a Grievance'
          when 1 then left(text, 30) || 'Client gave Praise' else left(text, 25 + gen.draw(n, 205, 76)) end
      from generate_series($1::int, $2::int) n cross join lateral (select gen.draw(n, 202, 25) as nation) drawn
      ${withSentence('n', 206)}`,
    customer: `insert into customer select n, 'Customer#' || lpad(n::text, 9, '0'), gen.address(n, 301),
        nation, gen.phone(n, nation), ${money('n', 303)}, ${oneOf(words.segments, 'n', 304)},
        left(text, 29 + gen.draw(n, 305, 88))
      from generate_series($1::int, $2::int) n cross join lateral (select gen.draw(n, 302, 25) as nation) drawn
      ${withSentence('n', 306)}`,
    part: `insert into part select n,
        concat_ws(' ', ${[401, 402, 403, 404, 405].map(stream => oneOf(words.colours, 'n', stream)).join(', ')}),
        'Maker#' || maker, 'Brand#' || maker || 1 + gen.draw(n, 407, 5),
        concat_ws(' ', ${oneOf(words.typeGrades, 'n', 408)}, ${oneOf(words.typeFinishes, 'n', 409)}, ${oneOf(words.typeMetals, 'n', 410)}),
        1 + gen.draw(n, 411, 50),
        ${oneOf(words.containerSizes, 'n', 412)} || ' ' || ${oneOf(words.containers, 'n', 413)},
        gen.price(n), left(text, 5 + gen.draw(n, 414, 18))
      from generate_series($1::int, $2::int) n cross join lateral (select 1 + gen.draw(n, 406, 5) as maker) drawn
      ${withSentence('n', 415)}`,
    partsupp: `insert into partsupp select n, gen.supplier(n, i, ${suppliers}), 1 + gen.draw(n * 4 + i, 501, 9999),
        (100 + gen.draw(n * 4 + i, 502, 99901)) / 100.0, left(text, 49 + gen.draw(n * 4 + i, 503, 150))
      from generate_series($1::int, $2::int) n cross join generate_series(0, 3) i ${withSentence('n * 4 + i', 504)}`,
    lineitem: `insert into lineitem select (n - 1) / 8 * 32 + (n - 1) % 8 + 1, part,
        gen.supplier(part, gen.draw(key, 602, 4), ${suppliers}), line, quantity, quantity * gen.price(part),
        gen.draw(key, 604, 11) / 100.0, gen.draw(key, 605, 9) / 100.0,
        case when received > date '1995-06-17' then 'N' when gen.draw(key, 606, 2) = 0 then 'R' else 'A' end,
        case when shipped > date '1995-06-17' then 'O' else 'F' end,
        shipped, ordered + 30 + gen.draw(key, 607, 61), received,
        ${oneOf(words.instructions, 'key', 608)}, ${oneOf(words.shipModes, 'key', 609)}, left(text, 10 + gen.draw(key, 610, 34))
      from generate_series($1::int, $2::int) n
      cross join lateral (select date '1992-01-01' + gen.draw(n, 701, 2406) as ordered offset 0) order_of_line
      cross join lateral generate_series(1, 1 + gen.draw(n, 702, 7)) line
      cross join lateral (select n::bigint * 8 + line as key offset 0) keyed
      cross join lateral (select 1 + gen.draw(key, 601, ${parts}) as part, 1 + gen.draw(key, 603, 50) as quantity,
        ordered + 1 + gen.draw(key, 611, 121) as shipped offset 0) drawn
      cross join lateral (select shipped + 1 + gen.draw(key, 612, 30) as received offset 0) received_on
      ${withSentence('key', 613)}`,
  }
}

/** From their lines. A third of the customers, those whose number three divides, never order. */
export function fillOrders({ customers, orders }: TableSizes): string {
  const buyers = Math.floor((customers * 2) / 3)
  const clerks = Math.max(1, Math.round(orders / 1500))
  return `insert into orders select l_orderkey, buyer / 2 * 3 + buyer % 2 + 1,
      case when open = 0 then 'F' when open = lines then 'O' else 'P' end, total,
      date '1992-01-01' + gen.draw(n, 701, 2406), ${oneOf(words.priorities, 'n', 704)},
      'Clerk#' || lpad((1 + gen.draw(n, 705, ${clerks}))::text, 9, '0'), 0,
      case gen.draw(n, 706, 80) when 0 then left(text, 20) || 'urgent ' || left(text, 15) || ' returns'
        else left(text, 19 + gen.draw(n, 707, 60)) end
    from (select l_orderkey, count(*) as lines, count(*) filter (where l_linestatus = 'O') as open,
        sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) as total,
        ((l_orderkey - 1) / 32 * 8 + (l_orderkey - 1) % 32 + 1)::bigint as n
      from lineitem group by l_orderkey order by l_orderkey offset 0) totals
    cross join lateral (select gen.draw(n, 703, ${buyers}) as buyer) drawn
    ${withSentence('n', 708)}`
}
