import { estimated, type PlanCase } from './plan-case.js'

const compiled = { jit: 'on', jit_above_cost: 0, jit_inline_above_cost: 0, jit_optimize_above_cost: 0 }
const parallel = {
  max_parallel_workers_per_gather: 2,
  parallel_setup_cost: 0,
  parallel_tuple_cost: 0,
  min_parallel_table_scan_size: 0,
}
const joined = (number: number) =>
  `select count(*) from ${Array.from({ length: number }, (_, n) => `customers c${n + 1}`).join(', ')} where c1.id = 7 and ${Array.from({ length: number - 1 }, (_, n) => `c${n + 2}.id = c${n + 1}.id`).join(' and ')}`
const exhaustive = { geqo: 'off', from_collapse_limit: 20, join_collapse_limit: 20 }

export const statementCases: readonly PlanCase[] = [
  {
    rule: 'unordered-limit',
    found: {
      sql: "select * from orders where status = 'paid' order by total desc limit 10",
      says: ['20,000 rows', 'first 10', 'orders (status, total DESC)'],
    },
    nearMisses: [
      { sql: "select * from orders where status = 'paid' order by created_at desc limit 10" },
      { sql: 'select * from orders where customer_id = 77 order by total desc limit 10' },
      { sql: 'select customer_id, count(*) from orders group by 1 order by 2 desc limit 10' },
    ],
    quietBy: [
      ['Node Type', 'Limit'],
      ['Sort Key', ['(count(*)) DESC']],
    ],
  },
  {
    rule: 'unordered-limit',
    found: {
      sql: 'select * from items order by product_id, quantity limit 10',
      options: estimated,
      says: ['200,000 rows', 'items (product_id, quantity)'],
    },
    nearMisses: [{ sql: 'select * from orders order by created_at limit 10', options: estimated }],
    quietBy: [['Plan Rows', 500]],
  },
  {
    rule: 'wrong-index-for-limit',
    found: {
      sql: 'select * from orders where total = 77 order by created_at limit 50',
      settings: { enable_sort: 'off' },
      says: ['orders_created', 'orders (total, created_at)'],
    },
    nearMisses: [
      { sql: 'select * from orders where total > 77 order by created_at limit 50' },
      { sql: "select * from orders where status = 'paid' order by created_at desc limit 50" },
    ],
    quietBy: [
      ['Rows Removed by Filter', 400],
      ['Filter', undefined],
    ],
  },
  {
    rule: 'offset-pagination',
    found: {
      sql: 'select * from orders order by created_at limit 10 offset 50000',
      says: ['50,010 rows', 'page of 10', 'WHERE (created_at, id)'],
    },
    nearMisses: [
      { sql: 'select * from orders order by created_at limit 10 offset 20' },
      { sql: "select * from orders where created_at > '2024-02-01' order by created_at limit 10" },
    ],
    quietBy: [
      ['Actual Rows', 10],
      ['Node Type', 'Result'],
    ],
  },
  {
    rule: 'count-of-big-table',
    found: { sql: 'select count(*) from items', says: ['200,000 rows', 'reltuples of items'] },
    nearMisses: [
      { sql: 'select count(*) from customers' },
      { sql: 'select count(*) from items where quantity > 0' },
      { sql: 'select sum(quantity) from items' },
    ],
    quietBy: [
      ['Strategy', 'Hashed'],
      ['Actual Rows', 1000],
    ],
  },
  {
    rule: 'workers-not-launched',
    found: {
      sql: 'select count(*) from items',
      settings: { ...parallel, max_parallel_workers: 0 },
      says: ['0 of 2 planned workers', 'max_parallel_workers'],
    },
    nearMisses: [{ sql: 'select count(*) from items' }],
    quietBy: [['Workers Launched', 2]],
  },
  {
    rule: 'planning-dominates',
    found: { sql: joined(10), settings: exhaustive, says: ['Planning took', 'name'] },
    nearMisses: [{ sql: joined(2), settings: exhaustive }],
    quietBy: [
      ['Planning Time', 4],
      ['Execution Time', 1_000_000],
    ],
  },
  {
    rule: 'jit-dominates',
    found: {
      sql: 'select sum(total + 1), avg(total * 2) from orders where total > 5',
      settings: compiled,
      says: ['compilation', 'jit = off'],
    },
    nearMisses: [{ sql: 'select sum(total + 1), avg(total * 2) from orders where total > 5' }],
    quietBy: [
      ['JIT', { Timing: { Total: 5 } }],
      ['Execution Time', 1_000_000],
    ],
  },
  {
    rule: 'cold-reads',
    found: { sql: 'select max(id) from pages', says: ['MB were read', 'Seq Scan on pages'] },
    nearMisses: [{ sql: 'select max(product_id) from items' }],
    quietBy: [['Shared Read Blocks', 1000]],
  },
  {
    rule: 'trigger-time',
    found: {
      sql: 'delete from parents where id <= 10',
      before: ['alter table twins drop constraint twins_parent_id_fkey'],
      says: ['children_parent_id_fkey', '10 calls', 'children (parent_id)'],
    },
    nearMisses: [
      {
        sql: 'delete from parents where id <= 10',
        before: ['alter table children drop constraint children_parent_id_fkey'],
      },
      { sql: 'insert into children select n, n % 1000 + 1 from generate_series(1, 5000) n' },
    ],
    quietBy: [['Triggers', []]],
  },
  {
    rule: 'unpruned-partitions',
    found: { sql: 'select * from events where id = 77', says: ['12 partitions of events', '11 of them'] },
    nearMisses: [
      { sql: "select * from events where id = 77 and at = '2024-02-02'" },
      { sql: "select * from events where id = 77 and at >= '2024-10-01'" },
      { sql: 'select count(*) from events' },
      { sql: 'select * from events where id > 0' },
    ],
    quietBy: [
      ['Node Type', 'Result'],
      ['Alias', 'events'],
    ],
  },
  {
    rule: 'unpruned-partitions',
    found: {
      sql: 'select * from events where id = 77',
      options: estimated,
      says: ['12 partitions of events'],
    },
    nearMisses: [{ sql: "select * from events where id = 77 and at = '2024-02-02'", options: estimated }],
    quietBy: [['Subplans Removed', 3]],
  },
  {
    rule: 'disabled-node',
    found: {
      sql: 'select count(*) from items',
      settings: { enable_seqscan: 'off' },
      options: 'settings',
      says: [
        '1 of the planner’s settings is off (enable_seqscan)',
        'Seq Scan on items',
        'RESET enable_seqscan',
      ],
    },
    nearMisses: [
      { sql: 'select count(*) from items', settings: { work_mem: '8MB' }, options: 'settings' },
      { sql: 'select count(*) from items', settings: { enable_seqscan: 'on' }, options: 'analyze, settings' },
    ],
    quietBy: [],
  },
  {
    rule: 'disabled-node',
    found: {
      sql: 'select count(*) from items',
      settings: { enable_seqscan: 'off' },
      options: estimated,
      says: ['Seq Scan on items was used for 200,000 rows though it is forbidden'],
    },
    nearMisses: [
      { sql: 'select * from orders where id = 5', settings: { enable_seqscan: 'off' }, options: estimated },
    ],
    quietBy: [['Total Cost', 1000]],
  },
  {
    rule: 'dirtying-read',
    found: {
      sql: 'select max(id) from fresh',
      says: ['pages', 'VACUUM fresh'],
    },
    nearMisses: [{ sql: 'select max(product_id) from items' }, { sql: 'update items set quantity = 1' }],
    quietBy: [
      ['Shared Hit Blocks', 1_000_000],
      ['Node Type', 'ModifyTable'],
    ],
  },
  {
    rule: 'over-fetch',
    found: { sql: 'select * from orders', says: ['100,000 rows', 'Limit the rows'] },
    nearMisses: [{ sql: 'select * from orders limit 100' }, { sql: 'select count(*) from orders' }],
    quietBy: [['Actual Rows', 100]],
  },
  {
    rule: 'over-fetch',
    found: { sql: 'select * from pages where id <= 5000', options: estimated, says: ['instead of *'] },
    nearMisses: [{ sql: 'select id from pages where id <= 5000', options: estimated }],
    quietBy: [['Plan Width', 200]],
  },
]
