import { estimated, type PlanCase } from './plan-case.js'

export const subqueryCases: readonly PlanCase[] = [
  {
    rule: 'not-in-subquery',
    found: {
      sql: 'select count(*) from customers where id not in (select customer_id from blocked)',
      says: ['20,000 rows', '3,000', 'NOT EXISTS'],
    },
    nearMisses: [
      {
        sql: 'select count(*) from customers c where not exists (select from blocked b where b.customer_id = c.id)',
      },
      { sql: 'select count(*) from customers where id in (select customer_id from blocked)' },
    ],
    quietBy: [['Filter', '(ANY (id = (hashed SubPlan 1).col1))']],
  },
  {
    rule: 'not-in-subquery',
    found: {
      sql: 'select count(*) from customers where id <= 300 and id not in (select order_id from items)',
      settings: { work_mem: '64kB', hash_mem_multiplier: 1 },
      says: ['anew for each row', /(299|300) times/],
    },
    nearMisses: [{ sql: 'select count(*) from customers where id <= 300 and id not in (1, 2, 3)' }],
    quietBy: [['Filter', undefined]],
  },
  {
    rule: 'correlated-subquery',
    found: {
      sql: 'select c.id, (select max(o.total) from orders o where o.customer_id = c.id) from customers c where c.id <= 500',
      says: ['SubPlan 1', '500 times', 'LATERAL'],
    },
    nearMisses: [
      {
        sql: 'select c.id, (select max(o.total) from orders o where o.customer_id = c.id) from customers c where c.id <= 50',
      },
      { sql: 'select c.id, (select max(o.total) from orders o) from customers c where c.id <= 500' },
    ],
    quietBy: [
      ['Actual Loops', 100],
      ['Parent Relationship', 'InitPlan'],
    ],
  },
  {
    rule: 'materialized-cte',
    found: {
      sql: 'with x as materialized (select * from orders) select * from x where id = 5',
      says: ['CTE x', '100,000 rows', 'WITH x AS NOT MATERIALIZED'],
    },
    nearMisses: [
      { sql: 'with x as (select * from orders) select * from x where id = 5' },
      { sql: 'with x as materialized (select * from orders) select * from x where total > 5' },
      {
        sql: 'with x as (select * from orders) select * from x where id = 5 union all select * from x where id = 6',
      },
    ],
    quietBy: [
      ['Filter', undefined],
      ['Rows Removed by Filter', 10],
    ],
  },
  {
    rule: 'materialized-cte',
    found: {
      sql: 'with x as materialized (select * from orders) select * from x where id = 5',
      options: estimated,
      says: ['100,000 rows'],
    },
    nearMisses: [
      {
        sql: 'with x as materialized (select * from orders) select * from x where total > 5',
        options: estimated,
      },
    ],
    quietBy: [['Filter', undefined]],
  },
]
