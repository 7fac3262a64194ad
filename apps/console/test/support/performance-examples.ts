import type { NPlusOneQueries, QueryAdvice, QueryPlans } from '@voiceassist/api-contract'

const sql =
  'select o.id, c.name from orders o join customers c on c.id = o.customer_id where o.state = $1 and o.total between $2 and $3 order by o.id limit $4'
const fingerprint = '00000000000000a1'
const at = '2026-01-01T10:00:00.000Z'

const scan = {
  ...{ 'Node Type': 'Seq Scan', 'Parent Relationship': 'Outer', 'Relation Name': 'orders', Alias: 'o' },
  ...{ 'Startup Cost': 0, 'Total Cost': 24_000, 'Plan Rows': 1000, 'Plan Width': 16 },
  ...{ 'Actual Startup Time': 0.1, 'Actual Total Time': 180, 'Actual Rows': 5, 'Actual Loops': 1 },
  ...{ Filter: '((state = $1) AND (total >= $2))', 'Rows Removed by Filter': 999_995 },
}
const look = {
  ...{ 'Node Type': 'Index Scan', 'Parent Relationship': 'Inner', 'Relation Name': 'customers', Alias: 'c' },
  ...{ 'Index Name': 'customers_pkey', 'Index Cond': '(id = o.customer_id)' },
  ...{ 'Startup Cost': 0.4, 'Total Cost': 8, 'Plan Rows': 1, 'Plan Width': 32 },
  ...{ 'Actual Startup Time': 0.1, 'Actual Total Time': 0.2, 'Actual Rows': 1, 'Actual Loops': 5 },
}
const join = {
  ...{
    'Node Type': 'Nested Loop',
    'Join Type': 'Inner',
    'Parent Relationship': 'Outer',
    Plans: [scan, look],
  },
  ...{ 'Startup Cost': 0.4, 'Total Cost': 25_000, 'Plan Rows': 5, 'Plan Width': 48 },
  ...{ 'Actual Startup Time': 0.2, 'Actual Total Time': 182, 'Actual Rows': 5, 'Actual Loops': 1 },
}
const root = {
  ...{ 'Node Type': 'Sort', 'Sort Key': ['o.id'], 'Sort Method': 'quicksort', Plans: [join] },
  ...{ 'Startup Cost': 25_001, 'Total Cost': 25_002, 'Plan Rows': 5, 'Plan Width': 48 },
  ...{ 'Actual Startup Time': 183, 'Actual Total Time': 184, 'Actual Rows': 5, 'Actual Loops': 1 },
}
const record = {
  ...{ fingerprint, sql, planHash: 'aaaaaaaaaaaaaaaa', firstSeenAt: at, lastSeenAt: at },
  ...{ plan: { Plan: root, analyzed: true, 'Execution Time': 184 }, generic: false, medianMs: 180 },
}
const finding = {
  ...{ fingerprint, sql, estimateOnly: false, share: 0.97 },
  ...{ rule: 'selective-seq-scan', severity: 'critical' as const, nodes: ['Seq Scan on orders'] },
  message: 'Read 1,000,000 rows to find 5',
  advice: 'An index on orders (state, total) finds them at once.',
}

/** A plan that was run, with a finding at a step and one for the whole statement, that is slower than the one before. */
export const plansExample: QueryPlans = {
  items: [
    {
      ...record,
      findings: [
        finding,
        {
          ...finding,
          rule: 'unordered-limit',
          severity: 'info',
          nodes: [],
          message: 'The limit is large',
          share: 0,
        },
      ],
    },
  ],
  changes: [
    { before: { ...record, planHash: 'bbbbbbbbbbbbbbbb', medianMs: 2 }, after: record, slower: true },
  ],
}

export const adviceExample: QueryAdvice = {
  whatIf: 'hypopg',
  indexes: [
    {
      action: 'create',
      table: 'public.orders',
      ddl: 'CREATE INDEX CONCURRENTLY ix_orders_state_total ON public.orders (state, total)',
      reason: 'Columns compared by equality first, then the range.',
      helped: [{ fingerprint, sql, callsPerDay: 12_000, costBefore: 25_000, costAfter: 8.3, used: true }],
      harmed: [],
      bytes: { low: 8_000_000, high: 22_000_000 },
      writes: { rowsPerDay: 5000, overhead: 0.12, lostHotUpdates: 0 },
      redundantWith: ['ix_orders_state'],
      confidence: 'high',
      confidenceReason: 'All that read it become clearly cheaper',
      howToVerify: 'EXPLAIN the statement before and after on a copy.',
      howToUndo: 'DROP INDEX CONCURRENTLY public.ix_orders_state_total',
    },
  ],
  others: [{ kind: 'analyze', text: 'ANALYZE public.orders', reason: 'Its statistics are old.' }],
  workloadCost: { before: 30_000, after: 5008 },
  notes: ['2 statements were left out.'],
}

export const nPlusOneExample: NPlusOneQueries = {
  items: [
    {
      kind: 'n-plus-one',
      fingerprint: '00000000000000b2',
      sql: 'select name from customers where id = $1',
      route: 'GET /api/orders',
      requestId: 'a1b2',
      count: 120,
      timeMs: 240,
      requests: 7,
      callSite: { file: 'src/orders.ts', line: 42, function: 'listOrders' },
      callers: [{ file: 'src/routes.ts', line: 12, function: 'handler' }],
      parent: { fingerprint, sql, rows: 120 },
      fix: 'Read the rows of customers in one query: WHERE id = ANY($1), with an array, or join it to the query of orders that comes before.',
    },
  ],
}
