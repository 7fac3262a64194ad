import { type Draw, drawBy } from './draw.js'
import { nations, words } from './words.js'

/** The 22 queries of TPC-H in words of our own: the same joins, conditions and aggregates, other literals. */
export const queryNames = Array.from({ length: 22 }, (_, index) => `Q${index + 1}` as const)
export type QueryName = (typeof queryNames)[number]

/** The text of a query; draw 0 is the workload that advice is asked for, the others only measure. */
export function queryText(name: QueryName, draw: number, scale: number): string {
  const number = Number(name.slice(1))
  const make = queries[number - 1]
  if (!make) throw new Error(`there is no query ${name}`)
  return make(drawBy(draw * 100 + number), scale)
    .replace(/\s+/g, ' ')
    .trim()
}

const brand = (draw: Draw) => `'Brand#${draw.whole(1, 5)}${draw.whole(1, 5)}'`
const list = (values: readonly (string | number)[]) =>
  values.map(value => (typeof value === 'string' ? `'${value}'` : value)).join(', ')
const inSize = (size: string, kinds: readonly string[]) => list(kinds.map(kind => `${size} ${kind}`))

const queries: readonly ((draw: Draw, scale: number) => string)[] = [
  draw => `select l_returnflag, l_linestatus, sum(l_quantity) as quantity, sum(l_extendedprice) as gross,
      sum(l_extendedprice * (1 - l_discount)) as net, sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) as taxed,
      avg(l_quantity) as mean_quantity, avg(l_extendedprice) as mean_price, avg(l_discount) as mean_discount,
      count(*) as lines
    from lineitem where l_shipdate <= date '1998-12-01' - ${draw.whole(60, 120)}
    group by l_returnflag, l_linestatus order by l_returnflag, l_linestatus`,
  draw => {
    const region = draw.oneOf(words.regions)
    return `select s_acctbal, s_name, n_name, p_partkey, p_mfgr, s_address, s_phone, s_comment
    from part join partsupp on ps_partkey = p_partkey join supplier on s_suppkey = ps_suppkey
      join nation on n_nationkey = s_nationkey join region on r_regionkey = n_regionkey
    where p_size = ${draw.whole(1, 50)} and p_type like '%${draw.oneOf(words.typeMetals)}' and r_name = '${region}'
      and ps_supplycost = (select min(cheap.ps_supplycost) from partsupp cheap
        join supplier s on s.s_suppkey = cheap.ps_suppkey join nation n on n.n_nationkey = s.s_nationkey
        join region r on r.r_regionkey = n.n_regionkey
        where cheap.ps_partkey = p_partkey and r.r_name = '${region}')
    order by s_acctbal desc, n_name, s_name, p_partkey limit 100`
  },
  draw => {
    const day = `date '1995-03-${String(draw.whole(1, 31)).padStart(2, '0')}'`
    return `select l_orderkey, sum(l_extendedprice * (1 - l_discount)) as revenue, o_orderdate, o_shippriority
    from customer join orders on o_custkey = c_custkey join lineitem on l_orderkey = o_orderkey
    where c_mktsegment = '${draw.oneOf(words.segments)}' and o_orderdate < ${day} and l_shipdate > ${day}
    group by l_orderkey, o_orderdate, o_shippriority order by revenue desc, o_orderdate limit 10`
  },
  draw => {
    const from = draw.month(1993, 1997)
    return `select o_orderpriority, count(*) as orders from orders
    where o_orderdate >= ${from} and o_orderdate < ${from} + interval '3 months'
      and exists (select from lineitem where l_orderkey = o_orderkey and l_commitdate < l_receiptdate)
    group by o_orderpriority order by o_orderpriority`
  },
  draw => {
    const from = `date '${draw.whole(1993, 1997)}-01-01'`
    return `select n_name, sum(l_extendedprice * (1 - l_discount)) as revenue
    from customer join orders on o_custkey = c_custkey join lineitem on l_orderkey = o_orderkey
      join supplier on s_suppkey = l_suppkey and s_nationkey = c_nationkey
      join nation on n_nationkey = s_nationkey join region on r_regionkey = n_regionkey
    where r_name = '${draw.oneOf(words.regions)}' and o_orderdate >= ${from} and o_orderdate < ${from} + interval '1 year'
    group by n_name order by revenue desc`
  },
  draw => {
    const from = `date '${draw.whole(1993, 1997)}-01-01'`
    const discount = draw.whole(2, 9)
    return `select sum(l_extendedprice * l_discount) as revenue from lineitem
    where l_shipdate >= ${from} and l_shipdate < ${from} + interval '1 year'
      and l_discount between ${(discount - 1) / 100} and ${(discount + 1) / 100} and l_quantity < ${draw.whole(24, 25)}`
  },
  draw => {
    const [one, other] = draw.some(nations, 2)
    return `select supplier_nation, customer_nation, year, sum(volume) as revenue
    from (select n1.n_name as supplier_nation, n2.n_name as customer_nation, extract(year from l_shipdate) as year,
        l_extendedprice * (1 - l_discount) as volume
      from supplier join lineitem on l_suppkey = s_suppkey join orders on o_orderkey = l_orderkey
        join customer on c_custkey = o_custkey join nation n1 on n1.n_nationkey = s_nationkey
        join nation n2 on n2.n_nationkey = c_nationkey
      where ((n1.n_name = '${one}' and n2.n_name = '${other}') or (n1.n_name = '${other}' and n2.n_name = '${one}'))
        and l_shipdate between date '1995-01-01' and date '1996-12-31') shipping
    group by supplier_nation, customer_nation, year order by supplier_nation, customer_nation, year`
  },
  draw => {
    const nation = draw.whole(0, nations.length - 1)
    const type = [words.typeGrades, words.typeFinishes, words.typeMetals]
      .map(part => draw.oneOf(part))
      .join(' ')
    return `select year, sum(case when nation = '${nations[nation]}' then volume else 0 end) / sum(volume) as share
    from (select extract(year from o_orderdate) as year, l_extendedprice * (1 - l_discount) as volume,
        n2.n_name as nation
      from part join lineitem on l_partkey = p_partkey join supplier on s_suppkey = l_suppkey
        join orders on o_orderkey = l_orderkey join customer on c_custkey = o_custkey
        join nation n1 on n1.n_nationkey = c_nationkey join region on r_regionkey = n1.n_regionkey
        join nation n2 on n2.n_nationkey = s_nationkey
      where r_name = '${words.regions[Math.floor(nation / 5)]}' and p_type = '${type}'
        and o_orderdate between date '1995-01-01' and date '1996-12-31') sales
    group by year order by year`
  },
  draw => `select nation, year, sum(profit) as profit
    from (select n_name as nation, extract(year from o_orderdate) as year,
        l_extendedprice * (1 - l_discount) - ps_supplycost * l_quantity as profit
      from part join lineitem on l_partkey = p_partkey join supplier on s_suppkey = l_suppkey
        join partsupp on ps_suppkey = l_suppkey and ps_partkey = l_partkey join orders on o_orderkey = l_orderkey
        join nation on n_nationkey = s_nationkey
      where p_name like '%${draw.oneOf(words.colours)}%') earned
    group by nation, year order by nation, year desc`,
  draw => {
    const from = draw.month(1993, 1994)
    return `select c_custkey, c_name, sum(l_extendedprice * (1 - l_discount)) as revenue, c_acctbal, n_name, c_address,
      c_phone, c_comment
    from customer join orders on o_custkey = c_custkey join lineitem on l_orderkey = o_orderkey
      join nation on n_nationkey = c_nationkey
    where o_orderdate >= ${from} and o_orderdate < ${from} + interval '3 months' and l_returnflag = 'R'
    group by c_custkey, c_name, c_acctbal, c_phone, n_name, c_address, c_comment order by revenue desc limit 20`
  },
  (draw, scale) => {
    const nation = draw.oneOf(nations)
    return `select ps_partkey, sum(ps_supplycost * ps_availqty) as value
    from partsupp join supplier on s_suppkey = ps_suppkey join nation on n_nationkey = s_nationkey
    where n_name = '${nation}' group by ps_partkey
    having sum(ps_supplycost * ps_availqty) > (select sum(ps_supplycost * ps_availqty) * ${(0.0001 / scale).toFixed(10)}
      from partsupp join supplier on s_suppkey = ps_suppkey join nation on n_nationkey = s_nationkey
      where n_name = '${nation}')
    order by value desc`
  },
  draw => {
    const from = `date '${draw.whole(1993, 1997)}-01-01'`
    const urgent = list(words.priorities.slice(0, 2))
    return `select l_shipmode, sum(case when o_orderpriority in (${urgent}) then 1 else 0 end) as urgent,
      sum(case when o_orderpriority not in (${urgent}) then 1 else 0 end) as other
    from orders join lineitem on l_orderkey = o_orderkey
    where l_shipmode in (${list(draw.some(words.shipModes, 2))}) and l_commitdate < l_receiptdate
      and l_shipdate < l_commitdate and l_receiptdate >= ${from} and l_receiptdate < ${from} + interval '1 year'
    group by l_shipmode order by l_shipmode`
  },
  () => `select orders, count(*) as customers
    from (select c_custkey, count(o_orderkey) as orders from customer
      left join orders on o_custkey = c_custkey and o_comment not like '%urgent%returns%' group by c_custkey) counted
    group by orders order by customers desc, orders desc`,
  draw => {
    const from = draw.month(1993, 1997)
    return `select 100.0 * sum(case when p_type like 'PROMOTED%' then l_extendedprice * (1 - l_discount) else 0 end)
      / sum(l_extendedprice * (1 - l_discount)) as promoted
    from lineitem join part on p_partkey = l_partkey
    where l_shipdate >= ${from} and l_shipdate < ${from} + interval '1 month'`
  },
  draw => {
    const from = draw.month(1993, 1997)
    return `with revenue as (select l_suppkey as supplier, sum(l_extendedprice * (1 - l_discount)) as total from lineitem
      where l_shipdate >= ${from} and l_shipdate < ${from} + interval '3 months' group by l_suppkey)
    select s_suppkey, s_name, s_address, s_phone, total from supplier join revenue on supplier = s_suppkey
    where total = (select max(total) from revenue) order by s_suppkey`
  },
  draw => `select p_brand, p_type, p_size, count(distinct ps_suppkey) as suppliers
    from partsupp join part on p_partkey = ps_partkey
    where p_brand <> ${brand(draw)} and p_type not like '${draw.oneOf(words.typeGrades)} ${draw.oneOf(words.typeFinishes)}%'
      and p_size in (${list(
        draw.some(
          Array.from({ length: 50 }, (_, size) => size + 1),
          8,
        ),
      )})
      and ps_suppkey not in (select s_suppkey from supplier where s_comment like '%Client%Grievance%')
    group by p_brand, p_type, p_size order by suppliers desc, p_brand, p_type, p_size`,
  draw => `select sum(l_extendedprice) / 7.0 as yearly from lineitem join part on p_partkey = l_partkey
    where p_brand = ${brand(draw)} and p_container = '${draw.oneOf(words.containerSizes)} ${draw.oneOf(words.containers)}'
      and l_quantity < (select 0.2 * avg(l.l_quantity) from lineitem l where l.l_partkey = p_partkey)`,
  draw => `select c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice, sum(l_quantity) as quantity
    from customer join orders on o_custkey = c_custkey join lineitem on l_orderkey = o_orderkey
    where o_orderkey in (select l_orderkey from lineitem group by l_orderkey having sum(l_quantity) > ${draw.whole(300, 315)})
    group by c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice order by o_totalprice desc, o_orderdate limit 100`,
  draw => {
    const branch = (size: string, kinds: readonly string[], quantity: number, largest: number) =>
      `(p_partkey = l_partkey and p_brand = ${brand(draw)} and p_container in (${inSize(size, kinds)})
        and l_quantity between ${quantity} and ${quantity + 10} and p_size between 1 and ${largest}
        and l_shipmode in ('AIR', 'AIR FAST') and l_shipinstruct = 'HAND OVER')`
    return `select sum(l_extendedprice * (1 - l_discount)) as revenue from lineitem, part
    where ${branch('SMALL', ['BOX', 'BAG', 'CAN', 'PACK'], draw.whole(1, 10), 5)}
      or ${branch('MIDDLE', ['BAG', 'BOX', 'PACK', 'JAR'], draw.whole(10, 20), 10)}
      or ${branch('LARGE', ['BOX', 'BAG', 'CAN', 'PACK'], draw.whole(20, 30), 15)}`
  },
  draw => {
    const from = `date '${draw.whole(1993, 1997)}-01-01'`
    return `select s_name, s_address from supplier join nation on n_nationkey = s_nationkey
    where n_name = '${draw.oneOf(nations)}' and s_suppkey in (select ps_suppkey from partsupp
      where ps_partkey in (select p_partkey from part where p_name like '${draw.oneOf(words.colours)}%')
        and ps_availqty > (select 0.5 * sum(l_quantity) from lineitem
          where l_partkey = ps_partkey and l_suppkey = ps_suppkey and l_shipdate >= ${from}
            and l_shipdate < ${from} + interval '1 year'))
    order by s_name`
  },
  draw => `select s_name, count(*) as waits from supplier join lineitem l1 on l1.l_suppkey = s_suppkey
      join orders on o_orderkey = l1.l_orderkey join nation on n_nationkey = s_nationkey
    where o_orderstatus = 'F' and l1.l_receiptdate > l1.l_commitdate and n_name = '${draw.oneOf(nations)}'
      and exists (select from lineitem l2 where l2.l_orderkey = l1.l_orderkey and l2.l_suppkey <> l1.l_suppkey)
      and not exists (select from lineitem l3 where l3.l_orderkey = l1.l_orderkey and l3.l_suppkey <> l1.l_suppkey
        and l3.l_receiptdate > l3.l_commitdate)
    group by s_name order by waits desc, s_name limit 100`,
  draw => {
    const codes = list(
      draw
        .some(
          nations.map((_, index) => index),
          7,
        )
        .map(index => String(index + 10)),
    )
    return `select code, count(*) as customers, sum(c_acctbal) as balance
    from (select substring(c_phone from 1 for 2) as code, c_acctbal from customer
      where substring(c_phone from 1 for 2) in (${codes})
        and c_acctbal > (select avg(c_acctbal) from customer
          where c_acctbal > 0 and substring(c_phone from 1 for 2) in (${codes}))
        and not exists (select from orders where o_custkey = c_custkey)) idle
    group by code order by code`
  },
]
