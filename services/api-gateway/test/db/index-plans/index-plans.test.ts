import { describeDatabases, type TempDatabase, tempDatabase } from '@voiceassist/testkit'
import { type CompiledQuery, Kysely, PostgresDialect } from 'kysely'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { performanceIndexes } from '#src/db/migrations/005-performance-indexes'
import type { Database } from '#src/db/schema'
import { explain, type Plan, rolledBack } from './explain.js'
import { type PurposeQuery, purposeQueries } from './queries.js'
import { rowCounts, seedTables } from './seed-tables.js'

describeDatabases('what the indexes are for', kind => {
  let temp: TempDatabase
  let client: pg.PoolClient
  let lastQuery: CompiledQuery | undefined
  let db: Kysely<Database>
  beforeAll(async () => {
    temp = await tempDatabase({ kind })
    const { pool } = await temp.open({ limits: { size: 1, maxOverflow: 0 } })
    client = await pool.connect()
    await client.query('reset role') // only the tables' owner drops indexes and has tables analysed
    // Repositories run on this client, and what they send is kept.
    const dialect = new PostgresDialect({ pool: { connect: async () => borrowed, end: async () => {} } })
    const borrowed = { query: client.query.bind(client), release: () => {} } as never
    db = new Kysely<Database>({
      dialect,
      log: event => {
        lastQuery ??= event.query
      },
    })
    await seedTables(db)
  })
  afterAll(async () => {
    client?.release()
    await temp?.close()
  })

  async function statementOf({ run }: Pick<PurposeQuery, 'run'>): Promise<CompiledQuery> {
    lastQuery = undefined
    await run(db)
    return lastQuery!
  }

  async function planOf(query: Pick<PurposeQuery, 'run'>, ...changes: string[]): Promise<Plan> {
    const statement = await statementOf(query)
    return rolledBack(client, async () => {
      for (const change of changes) await client.query(change)
      return explain(client, statement)
    })
  }

  const plain = (sql: string): Pick<PurposeQuery, 'run'> => ({
    run: database => database.executeQuery({ sql, parameters: [] } as never),
  })

  test('the tables hold what was meant', async () => {
    for (const [table, count] of Object.entries(rowCounts)) {
      const found = await client.query(`select count(*)::int as n from ${table}`)
      expect(found.rows, table).toEqual([{ n: count }])
    }
    expect([...new Set(purposeQueries.map(query => query.index))].toSorted()).toEqual(
      Object.keys(performanceIndexes).toSorted(),
    )
  })

  test('the planner takes each index for the queries that it exists for, and does worse without it', async () => {
    const table: string[] = []
    for (const query of purposeQueries) {
      const plan = await planOf(query)
      const without = await planOf(query, `drop index ${query.index}`)
      const instead = without.indexes.join(', ') || 'no index'
      table.push(
        `| \`${query.index}\` | ${query.purpose} | ${plan.nodes.at(-1)} | ${cost(plan)} | ${cost(without)}, ${instead} |`,
      )
      expect(plan.indexes, `${query.index} for ${query.purpose}`).toEqual([query.index])
      expect(without.cost, `${query.index} for ${query.purpose}`).toBeGreaterThan(plan.cost)
    }
    console.log(['| Index | Query | Plan | Cost | Without it |', ...table].join('\n'))
  })

  test('audit_logs (action) is a prefix of another index, and earns its place by being smaller', async () => {
    const counted = plain(`select count(*) from audit_logs where action = 'message.read'`)
    const own = await planOf(counted)
    const byLonger = await planOf(counted, 'drop index ix_audit_logs_action')
    expect(own.indexes).toEqual(['ix_audit_logs_action'])
    expect(byLonger.indexes).toEqual(['ix_audit_logs_action_timestamp'])
    const sizes = await client.query(
      `select pg_relation_size('ix_audit_logs_action')::int as short, pg_relation_size('ix_audit_logs_action_timestamp')::int as long`,
    )
    console.log(
      `count of an action: ${cost(own)}, ${cost(byLonger)} by the longer index; bytes ${JSON.stringify(sizes.rows[0])}`,
    )
    expect(sizes.rows[0].short * 2).toBeLessThan(sizes.rows[0].long)
    // Rows, not entries, cost the most: then either serves, at nearly the same price.
    const rows = plain(`select id, endpoint from audit_logs where action = 'login.refused'`)
    const rowsOwn = await planOf(rows, 'drop index ix_audit_logs_action_timestamp')
    const rowsLonger = await planOf(rows, 'drop index ix_audit_logs_action')
    expect(rowsOwn.indexes).toEqual(['ix_audit_logs_action'])
    expect(rowsLonger.indexes).toEqual(['ix_audit_logs_action_timestamp'])
    expect(rowsLonger.cost / rowsOwn.cost).toBeLessThan(1.1)
  })

  test('a flag of one environment is found by the primary key or by name, at the same price', async () => {
    const check = plain(
      `select enabled, value from feature_flags where environment = 'production' and name = 'feature_42' limit 1`,
    )
    const byKey = await planOf(check, 'drop index ix_feature_flags_name_enabled')
    expect(byKey.indexes).toEqual(['feature_flags_pkey'])
    const plan = await planOf(check)
    expect(['feature_flags_pkey', 'ix_feature_flags_name_enabled']).toContain(plan.indexes[0])
    expect(byKey.cost / plan.cost).toBeLessThan(1.1)
  })

  test('when most flags are enabled the planner reads the table, and is right', async () => {
    const enabled = plain('select environment, name, value from feature_flags where enabled')
    const most = ['update feature_flags set enabled = true', 'analyze feature_flags']
    const plan = await planOf(enabled, ...most)
    expect(plan.nodes).toEqual(['Seq Scan'])
    const forced = await planOf(enabled, ...most, 'set local enable_seqscan = off')
    expect(forced.indexes).toEqual(['ix_feature_flags_enabled'])
    expect(forced.cost).toBeGreaterThan(plan.cost)
  })
})

const cost = (plan: Plan) => plan.cost.toFixed(plan.cost < 100 ? 1 : 0)
