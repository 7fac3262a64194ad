import { verifyAudit } from '@voiceassist/api-gateway/audit/verify-audit'
import { createHashingEmbedder, hasServer, type TempDatabase, tempDatabase } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Alone, alone } from '#src/made-database/alone'
import { auditKey, fillDatabase } from '#src/made-database/fill-database'
import { type Keys, readKeys } from '#src/made-database/keys'
import { connect, madeDatabase } from '#src/made-database/made-database'
import { operations } from '#src/made-database/operations'
import { dimensions } from '#src/made-database/sentences'
import { tableSizes } from '#src/made-database/table-sizes'
import { measureWarm } from '#src/seed/measure-warm'
import { seedRows } from '#src/seed/seed-rows'

describe.skipIf(!hasServer())('a made-up database', () => {
  const sizes = tableSizes(0.001)
  const embedder = createHashingEmbedder(dimensions)
  let temp: TempDatabase
  let url: string
  let database: Alone
  let keys: Keys
  beforeAll(async () => {
    temp = await tempDatabase({ kind: 'server', migrated: false })
    url = temp.environment.DATABASE_URL!
    await fillDatabase(url, sizes)
    database = await alone({ url })
    keys = await readKeys(database.client)
  })
  afterAll(async () => {
    await database?.close()
    await temp?.close()
  })

  async function one(sql: string): Promise<Record<string, unknown>> {
    return (await database.client.query(sql)).rows[0]
  }

  test('has the rows that its size says', async () => {
    const { users, sessions, messages, auditRows, documents, chunks } = sizes
    for (const [table, count] of Object.entries({
      users,
      sessions,
      messages,
      audit_logs: auditRows,
      audit_chain: auditRows,
      audit_unsealed: 0,
      kb_documents: documents,
      kb_chunks: documents * chunks,
      'feature_flags where name like $$feature%$$': sizes.flags,
    }))
      expect(await one(`select count(*)::int as n from ${table}`), table).toEqual({ n: count })
    expect(await verifyAudit(database.db, auditKey)).toMatchObject({ ok: true, checked: auditRows })
  })

  test('has few sessions with many messages, and most of its sessions of late', async () => {
    const found = await one(`
      select max(message_count) as most, percentile_disc(0.5) within group (order by message_count) as median,
        min(message_count) as least, (percentile_disc(0.5) within group (order by created_at) - min(created_at))
          > (max(created_at) - min(created_at)) * 0.6 as late, count(distinct user_id)::int as users
      from sessions`)
    expect(found).toMatchObject({ late: true })
    expect(found.most).toBeGreaterThan(50 * Number(found.median))
    expect(found.least).toBeGreaterThan(0)
    expect(found.users).toBeLessThan(sizes.users * 0.9)
  })

  test('is what the gateway would have written', async () => {
    expect(
      await one(`
        select count(*)::int as wrong from sessions s left join lateral (
          select count(*) as n, count(distinct created_at) as times, max(created_at) as newest from messages where session_id = s.id
        ) m on true where (n, times, newest) is distinct from (message_count, message_count, last_message_at)`),
    ).toEqual({ wrong: 0 })
    expect(
      await one(`
        select count(*)::int as wrong from kb_chunks c join kb_documents d on d.id = c.document_id
        where substr(d.content, c.start_offset + 1, c.end_offset - c.start_offset) <> c.content`),
    ).toEqual({ wrong: 0 })
    expect(
      await one(`
        select count(*)::int as orphans from messages m where not exists (select from sessions s where s.id = m.session_id)
          or (m.role = 'assistant') <> exists (select from messages q where q.id = m.parent_message_id and q.role = 'user')`),
    ).toEqual({ orphans: 0 })
    const triggers = `select count(*)::int as n from pg_trigger where tgname like 'cache_outbox%'`
    expect(await one(`${triggers} and tgenabled <> 'A'`)).toEqual({ n: 0 })
    expect((await one(triggers)).n).toBeGreaterThan(10)
  })

  test('is asked as the gateway asks, with its indexes and without them', async () => {
    const run = operations(database.db, keys, embedder)
    const plan = async () =>
      JSON.stringify(
        (
          await database.client.query('explain select * from messages where session_id = $1', [
            keys.sessions[0]!.id,
          ])
        ).rows,
      )
    expect(await database.within('indexes', plan)).toContain('ix_messages_session_timestamp')
    expect(await database.within('before', plan)).toContain('Seq Scan on messages')
    expect(await database.within('indexes', plan)).toContain('ix_messages_session_timestamp')
    expect(await run.login(0)).toBe(1)
    expect(await run.history(0)).toBe(100)
    expect(await run.documents(0)).toBe(10)
    expect(await run.search(0)).toBe(5)
    expect(await database.within('before', () => run.audit(0))).toBeGreaterThan(0)
    expect(await one('select count(*)::int as n from audit_logs')).toEqual({ n: sizes.auditRows })
  })

  test('gives every row of the seed’s table a verdict', async () => {
    const gateway = {
      flags: { isEnabled: async () => true },
      services: {
        search: { search: async () => ({ hits: [] }) },
        documents: { list: async () => ({ items: [] }) },
      },
    } as never
    const run = operations(database.db, keys, embedder)
    const few = { budgetMs: 0, least: 1, most: 1 }
    const { times, floor } = await measureWarm(database, gateway, run, keys, 1, few)
    const rows = seedRows(times, floor, undefined)
    expect(rows.map(({ row }) => row)).toEqual([
      'Login Query',
      'Login Query, had 001 made no such index',
      'Message History (100 msgs)',
      'Feature Flag Check',
      'RAG Search (cached)',
      'User Audit Query',
      'Document List (1000 docs)',
    ])
    for (const { row, before, measured, ratio, verdict } of rows) {
      expect(before.calls, row).toBe(1)
      expect(measured.p95, row).toBeGreaterThanOrEqual(measured.p50)
      expect(ratio.median, row).toBeGreaterThan(0)
      expect(['holds', 'MISSED', 'no room']).toContain(verdict)
    }
    expect(rows.find(({ row }) => row === 'RAG Search (cached)')).toMatchObject({
      verdict: 'holds',
      after: 'caches',
    })
  })

  test('of its name that the bench has not made is left alone', async () => {
    const scale = 0.000123
    const client = await connect(url)
    try {
      await client.query('create database voiceassist_bench_1_0_000123')
      await expect(madeDatabase(url, scale)).rejects.toThrow('not of this bench')
      await client.query('drop database voiceassist_bench_1_0_000123')
    } finally {
      await client.end()
    }
  })
})
