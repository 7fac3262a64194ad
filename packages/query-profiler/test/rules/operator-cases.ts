import { estimated, largeMemory, type PlanCase, smallMemory } from './plan-case.js'

const onlyHashJoins = { enable_mergejoin: 'off', enable_nestloop: 'off' }
const onlyNestedLoops = { enable_hashjoin: 'off', enable_mergejoin: 'off' }
const memoized = { ...onlyNestedLoops, enable_seqscan: 'on' }

export const operatorCases: readonly PlanCase[] = [
  {
    rule: 'sort-spill',
    found: {
      sql: 'select * from items order by product_id, quantity',
      settings: smallMemory,
      says: ['200,000 rows', 'MB to disk', 'items (product_id, quantity)'],
    },
    nearMisses: [{ sql: 'select * from items order by product_id, quantity', settings: largeMemory }],
    quietBy: [['Sort Space Type', 'Memory']],
  },
  {
    rule: 'hash-join-spill',
    found: {
      sql: 'select count(*) from orders o join customers c on c.id = o.customer_id',
      settings: { ...smallMemory, ...onlyHashJoins, enable_indexonlyscan: 'off' },
      says: [/\d+ batches/, 'work_mem'],
    },
    nearMisses: [
      {
        sql: 'select count(*) from orders o join customers c on c.id = o.customer_id',
        settings: { ...largeMemory, ...onlyHashJoins },
      },
    ],
    quietBy: [['Hash Batches', 1]],
  },
  {
    rule: 'hash-aggregate-spill',
    found: {
      sql: 'select order_id, count(*) from items group by order_id',
      settings: { ...smallMemory, enable_sort: 'off' },
      says: ['100,001 groups', 'items (order_id)'],
    },
    nearMisses: [
      {
        sql: 'select order_id, count(*) from items group by order_id',
        settings: { ...largeMemory, enable_sort: 'off' },
      },
    ],
    quietBy: [['Node Type', 'Group']],
  },
  {
    rule: 'temporary-files',
    found: {
      sql: 'with x as materialized (select * from items) select count(*) from x',
      settings: smallMemory,
      says: ['CTE Scan on x', 'temporary files'],
    },
    nearMisses: [
      { sql: 'with x as materialized (select * from items) select count(*) from x', settings: largeMemory },
      // Of a sort: rule 3 says more.
      { sql: 'select * from items order by product_id', settings: smallMemory },
    ],
    quietBy: [['Temp Written Blocks', 0]],
  },
  {
    rule: 'nested-loop-explosion',
    found: {
      sql: 'select * from regions a join regions b on b.code = a.code',
      settings: { ...onlyNestedLoops, enable_material: 'off', enable_memoize: 'off' },
      says: ['Seq Scan on regions runs 2,000 times', 'regions (code)'],
    },
    nearMisses: [
      { sql: 'select * from customers c join orders o on o.customer_id = c.id where c.id <= 50' },
      { sql: 'select * from regions a join regions b on b.code = a.code' },
    ],
    quietBy: [
      ['Node Type', 'Hash Join'],
      ['Actual Loops', 1],
    ],
  },
  {
    rule: 'nested-loop-explosion',
    found: {
      sql: 'select count(o.total) from customers c join orders o on o.customer_id = c.id',
      settings: { ...onlyNestedLoops, enable_memoize: 'off', enable_seqscan: 'off' },
      says: ['runs 20,000 times'],
    },
    nearMisses: [{ sql: 'select count(o.total) from customers c join orders o on o.customer_id = c.id' }],
    quietBy: [['Actual Loops', 900]],
  },
  {
    rule: 'nested-loop-explosion',
    found: {
      sql: 'select * from regions a join regions b on b.code = a.code',
      settings: { ...onlyNestedLoops, enable_material: 'off', enable_memoize: 'off' },
      options: estimated,
      says: ['2,000 times', 'cost', 'regions (code)'],
    },
    nearMisses: [{ sql: 'select * from regions a join regions b on b.code = a.code', options: estimated }],
    quietBy: [['Node Type', 'Hash Join']],
  },
  {
    rule: 'join-filter-waste',
    found: {
      sql: 'select * from regions a join regions b on a.code = b.name or a.name = b.code',
      says: ['4,000,000 pairs', '2 branches', 'UNION'],
    },
    nearMisses: [
      { sql: 'select * from regions a join regions b on a.code = b.name' },
      { sql: 'select count(*) from regions a join regions b on a.id < b.id' },
    ],
    quietBy: [
      ['Rows Removed by Join Filter', 0],
      ['Join Filter', undefined],
    ],
  },
  {
    rule: 'join-filter-waste',
    found: {
      sql: 'select * from regions a join regions b on a.code = b.name or a.name = b.code',
      options: estimated,
      says: ['pairs', 'UNION'],
    },
    nearMisses: [{ sql: 'select * from regions a join regions b on a.code = b.name', options: estimated }],
    quietBy: [['Join Filter', undefined]],
  },
  {
    rule: 'memoize-thrash',
    found: {
      sql: 'select count(c.city) from calls k join customers c on c.id = k.customer_id',
      settings: { ...memoized, ...smallMemory },
      says: [/evict [\d,]+ times/],
    },
    nearMisses: [
      {
        sql: 'select count(c.city) from calls k join customers c on c.id = k.customer_id',
        settings: { ...memoized, ...largeMemory },
      },
    ],
    quietBy: [
      ['Cache Evictions', 0],
      ['Cache Hits', 1_000_000],
    ],
  },
  {
    rule: 'cartesian-product',
    found: {
      sql: 'select * from regions a, regions b where a.id <= 200 and b.id <= 300',
      says: ['60,000 rows', 'CROSS JOIN', /a and b|b and a/],
    },
    nearMisses: [
      { sql: 'select * from regions a, regions b where a.id <= 200 and b.id = 300' },
      { sql: 'select * from regions a join regions b on a.id = b.id where a.id <= 200' },
      { sql: 'select * from customers c join orders o on o.customer_id = c.id where c.id <= 5000' },
      { sql: 'select * from regions a, lateral generate_series(1, a.id % 100) n' },
    ],
    quietBy: [
      ['Node Type', 'Hash Join'],
      ['Actual Rows', 20],
    ],
  },
  {
    rule: 'cartesian-product',
    found: {
      sql: 'select * from regions a, regions b where a.id <= 200 and b.id <= 300',
      options: estimated,
      says: ['rows'],
    },
    nearMisses: [
      { sql: 'select * from regions a join regions b on a.id = b.id where a.id <= 200', options: estimated },
    ],
    quietBy: [['Plan Rows', 20]],
  },
]
