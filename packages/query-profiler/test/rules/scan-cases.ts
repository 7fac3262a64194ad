import { estimated, largeMemory, type PlanCase, smallMemory } from './plan-case.js'

const bitmapOnly = { enable_seqscan: 'off', enable_indexscan: 'off' }

export const scanCases: readonly PlanCase[] = [
  {
    rule: 'selective-seq-scan',
    found: {
      sql: 'select * from items where product_id = 77 and quantity < 4',
      says: ['200,000 rows', 'items (product_id, quantity)'],
    },
    nearMisses: [
      { sql: 'select * from items where quantity > 2' },
      { sql: "select * from regions where name = 'region7'" },
      { sql: 'select * from orders where customer_id = 77' },
      { sql: 'select * from items where quantity > 2', options: estimated },
    ],
    quietBy: [
      ['Node Type', 'Index Scan'],
      ['Filter', undefined],
      ['Rows Removed by Filter', 10],
      ['Actual Total Time', 0.001],
    ],
  },
  {
    rule: 'selective-seq-scan',
    found: {
      sql: 'select * from items where product_id = 77',
      options: estimated,
      says: ['200,000 rows', 'cost', 'items (product_id)'],
    },
    nearMisses: [{ sql: 'select count(*) from items', options: estimated }],
    quietBy: [
      ['Plan Rows', 30_000],
      ['Filter', undefined],
    ],
  },
  {
    rule: 'bad-estimate',
    found: {
      sql: 'select * from pairs where a = 5 and b = 5',
      // One node: the scan of an index below a bitmap's is right when the bitmap's is wrong, and the other way round.
      settings: { enable_bitmapscan: 'off' },
      says: ['1,000', /\d+ times off/, 'ON a, b FROM pairs'],
    },
    nearMisses: [
      { sql: 'select * from pairs where a = 5' },
      // Not run to completion.
      { sql: 'select * from pairs limit 10' },
      {
        sql: 'select * from pairs where a = 5 and b = 5',
        before: ['create statistics pairs_ab (dependencies, mcv) on a, b from pairs', 'analyze pairs'],
      },
    ],
    quietBy: [
      ['Plan Rows', 1000],
      ['Actual Rows', 10],
      ['Actual Loops', 0],
    ],
  },
  {
    rule: 'heap-fetches',
    found: {
      sql: 'select id from visits where id between 1 and 5000',
      settings: { enable_seqscan: 'off', enable_bitmapscan: 'off' },
      says: ['5,000 times', 'VACUUM visits'],
    },
    nearMisses: [
      { sql: 'select id from seen where id between 1 and 5000', settings: { enable_bitmapscan: 'off' } },
    ],
    quietBy: [
      ['Heap Fetches', 400],
      ['Node Type', 'Index Scan'],
    ],
  },
  {
    rule: 'lossy-bitmap',
    found: {
      sql: 'select * from orders where customer_id between 1 and 2000',
      settings: { ...smallMemory, ...bitmapOnly },
      says: [/[\d,]+ of [\d,]+ pages/, 'work_mem'],
    },
    nearMisses: [
      {
        sql: 'select * from orders where customer_id between 1 and 2000',
        settings: { ...largeMemory, ...bitmapOnly },
      },
    ],
    quietBy: [
      ['Lossy Heap Blocks', 0],
      ['Rows Removed by Index Recheck', 1000],
    ],
  },
  {
    rule: 'filter-after-index',
    found: {
      sql: "select * from orders where created_at < '2024-02-01' and total = 77",
      settings: { enable_seqscan: 'off' },
      says: ['rows and dropped', 'orders (total, created_at)'],
    },
    nearMisses: [
      {
        sql: "select * from orders where created_at < '2024-02-01' and total > 77",
        settings: { enable_seqscan: 'off' },
      },
      { sql: 'select * from orders where customer_id = 77 and total = 77' },
    ],
    quietBy: [
      ['Filter', undefined],
      ['Rows Removed by Filter', 500],
      ['Node Type', 'Seq Scan'],
    ],
  },
  {
    rule: 'filter-after-index',
    found: {
      sql: "select * from orders where created_at < '2024-02-01' and total = 77",
      settings: bitmapOnly,
      options: estimated,
      says: ['rows and dropped', 'orders (total, created_at)'],
    },
    nearMisses: [
      {
        sql: "select * from orders where created_at < '2024-02-01' and total > 77",
        settings: bitmapOnly,
        options: estimated,
      },
    ],
    quietBy: [['Filter', undefined]],
  },
  {
    rule: 'index-recheck',
    found: {
      sql: "select id from documents where body @@ 'alpha <-> beta'",
      settings: { enable_seqscan: 'off' },
      says: ['9,900 rows', 'documents_body (gin)'],
    },
    nearMisses: [
      { sql: "select id from documents where body @@ 'alpha & beta'", settings: { enable_seqscan: 'off' } },
    ],
    quietBy: [
      ['Rows Removed by Index Recheck', 50],
      ['Lossy Heap Blocks', 5],
    ],
  },
  {
    rule: 'function-on-indexed-column',
    found: {
      sql: "select * from customers where lower(email) = 'user77@example.org'",
      says: ['lower() of email', 'customers_email', 'customers (lower(email))'],
    },
    nearMisses: [
      { sql: "select * from customers where lower(name) = 'name 77'" },
      { sql: "select * from customers where email = lower('USER77@example.org')" },
      { sql: "select * from customers where lower(email) <> 'user77@example.org'" },
    ],
    quietBy: [
      ['Filter', '(email = ?)'],
      ['Rows Removed by Filter', 0],
      ['Actual Total Time', 0.001],
    ],
  },
  {
    rule: 'function-on-indexed-column',
    found: {
      sql: "select * from orders where date_trunc('day', created_at) = '2024-02-01'",
      options: estimated,
      says: ['date_trunc() of created_at', 'created_at >= … AND created_at < …'],
    },
    nearMisses: [
      {
        sql: "select * from orders where created_at >= '2024-02-01' and created_at < '2024-02-02'",
        options: estimated,
      },
    ],
    quietBy: [['Filter', undefined]],
  },
  {
    rule: 'cast-on-column',
    found: {
      sql: 'select * from orders where id = 42.0',
      says: ['id (bigint) is cast to numeric', '$1::bigint'],
    },
    nearMisses: [
      { sql: 'select * from orders where id = 42' },
      // Between types of texts: the index serves it, if it is not forbidden.
      {
        sql: "select * from orders where code = 'c77'",
        settings: { enable_indexscan: 'off', enable_bitmapscan: 'off' },
      },
    ],
    quietBy: [
      ['Filter', '(id = ?)'],
      ['Filter', '((total)::double precision = ?)'],
      ['Rows Removed by Filter', 0],
    ],
  },
  {
    rule: 'unanchored-pattern',
    found: {
      sql: "select * from orders where code like '%777'",
      says: ['LIKE anywhere in code', 'gin (code gin_trgm_ops)'],
    },
    nearMisses: [
      { sql: "select * from customers where city like 'city7%'" },
      { sql: "select * from customers where email like '%@example.org'" },
      { sql: "select * from regions where name ilike '%7'" },
    ],
    quietBy: [
      ['Filter', '(email = ?)'],
      ['Rows Removed by Filter', 0],
    ],
  },
  {
    rule: 'unanchored-pattern',
    found: {
      sql: "select * from customers where email ilike 'user77@%'",
      options: estimated,
      says: ['ILIKE anywhere in email'],
    },
    nearMisses: [{ sql: "select * from customers where city like 'city7%'", options: estimated }],
    quietBy: [['Filter', '(email = ?)']],
  },
  {
    rule: 'unanchored-pattern',
    found: {
      sql: "select * from orders where code like 'c77%'",
      says: ['by the beginning of code', 'orders (code text_pattern_ops)'],
    },
    nearMisses: [{ sql: "select * from orders where code = 'c77'" }],
    quietBy: [['Filter', '(email = ?)']],
  },
  {
    rule: 'or-on-one-table',
    found: {
      sql: 'select * from items where order_id = 5 or product_id = 7',
      says: ['2 branches (order_id, product_id)', '(order_id), (product_id)'],
    },
    nearMisses: [
      { sql: 'select * from orders where id = 5 or customer_id = 7' },
      { sql: 'select * from items where (order_id = 5 or product_id = 7) and quantity = 1' },
    ],
    quietBy: [
      ['Filter', '((order_id = ?) AND (product_id = ?))'],
      ['Node Type', 'Index Scan'],
    ],
  },
]
