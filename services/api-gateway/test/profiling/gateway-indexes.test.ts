import type { IndexAuditView, QueryAdvice } from '@voiceassist/api-contract'
import { systemClock } from '@voiceassist/kernel'
import { createHashingEmbedder, hasServer } from '@voiceassist/testkit'
import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asOwner } from '#src/db/gateway-role'
import { addPerformanceIndexes, performanceIndexes } from '#src/db/migrations/005-performance-indexes'
import type { Database } from '#src/db/schema'
import { createDocumentsService } from '#src/services/documents/documents.service'
import { idOf, seedTables } from '../db/index-plans/seed-tables.js'
import { openTestApp, password, type TestApp } from '../http/support/test-app.js'

const timeout = 240_000
const profiler = { slowQueryThresholdMs: 100, nPlusOneThreshold: 10, explain: 'off' } as const
const indexes = addPerformanceIndexes({
  concurrently: false,
  embedder: createHashingEmbedder(),
})
/** Table and keys, without how they are written. */
const plain = (target: string) =>
  target
    .replaceAll(/public\.|"/g, '')
    .replaceAll(/\s+/g, ' ')
    .toLowerCase()
const targetOf = (ddl: string) => plain(/ ON (.*)$/.exec(ddl)![1]!)

/** The gateway's advice to itself, on a server with HypoPG, from what its routes ask. Prints what docs/gateway-indexes.md shows. */
describe.skipIf(!hasServer())('what the gateway advises itself', () => {
  let gateway: TestApp

  beforeAll(async () => {
    gateway = await openTestApp({ kind: 'server', profiler })
    const { db } = gateway.database
    const embedder = createHashingEmbedder()
    const documents = createDocumentsService({ db, embedder, maxDocumentBytes: 10_000, clock: systemClock })
    gateway.documents.list = query => documents.list(query)
    await own(async connection => {
      await sql`create extension hypopg`.execute(connection)
      await seedTables(connection)
      await sql`insert into kb_documents (title, source_type, file_type, content_hash, content, chunk_count, word_count, created_at)
        select 'More ' || n, (array['guideline', 'leaflet', 'note', 'review'])[1 + n % 4], 'md',
          repeat(md5('more' || n), 2), repeat(md5(n::text) || ' ', 40), 5, 900, now() - n * interval '5 minutes'
        from generate_series(1, 12_000) n`.execute(connection)
      await sql`update sessions set user_id = ${gateway.users.user.id} where user_id in (${sql.join([1, 2, 3].map(n => idOf('users', n)))})`.execute(
        connection,
      )
      // Else what was written may be counted after the analysis, and the advice be to analyze.
      await sql`select pg_stat_force_next_flush()`.execute(connection)
    })
  }, timeout)
  afterAll(() => gateway?.close())

  function own(work: (connection: Kysely<Database>) => Promise<void>): Promise<void> {
    return gateway.database.db.connection().execute(connection => asOwner(connection, () => work(connection)))
  }

  async function get<T>(url: string, as: 'user' | 'admin'): Promise<T> {
    const answer = await gateway.call('GET', url, { as })
    expect(answer.statusCode, `${url} ${answer.body.slice(0, 300)}`).toBe(200)
    return answer.json()
  }

  /** What clinicians and auditors do in an hour, without a cache between. */
  async function traffic(): Promise<void> {
    const { email } = gateway.users.user
    for (let n = 0; n < 3; n++)
      await gateway.call('POST', '/api/auth/login', { payload: { email, password } })
    for (let n = 0; n < 10; n++) {
      type Page = { items: { id: string }[]; nextCursor: string }
      const page = await get<Page>('/api/sessions?limit=20', 'user')
      await get(`/api/sessions?limit=20&cursor=${page.nextCursor}`, 'user')
      for (const { id } of page.items.slice(0, 3)) await get(`/api/sessions/${id}/messages`, 'user')
      await get('/api/admin/kb/documents?limit=20', 'admin')
      await get('/api/admin/kb/documents?limit=20&sourceType=note', 'admin')
      const audit = (query: string) => get(`/api/admin/audit-logs?limit=20&${query}`, 'admin')
      await audit(`userId=${idOf('users', n)}`)
      await audit('action=login.refused')
      await audit(`requestId=request-${n}`)
    }
  }

  async function analyzed(): Promise<void> {
    await own(async connection => {
      await sql`vacuum (analyze) users, sessions, messages, audit_logs, kb_documents`.execute(connection)
    })
  }

  test(
    'without migration 005 it finds those again that its own queries need',
    async () => {
      await own(connection => indexes.down!(connection))
      await analyzed()
      await traffic()
      const advice = await get<QueryAdvice>('/api/admin/performance/advice', 'admin')
      const created = advice.indexes.filter(({ action }) => action === 'create')
      expect(advice.whatIf).toBe('hypopg')
      console.log(created.map(record).join('\n'), advice.workloadCost)
      // The advice may have fewer keys than the seed's index, where a user or a session has few rows.
      const found = created.map(({ ddl }) => targetOf(ddl))
      const isFound = (target: string) => found.some(other => plain(target).startsWith(other.slice(0, -1)))
      const again = Object.entries(performanceIndexes).filter(([, target]) => isFound(target))
      expect(again.map(([name]) => name)).toEqual([
        'ix_sessions_user_created',
        'ix_messages_session_timestamp',
        'ix_audit_logs_user_timestamp',
        'ix_audit_logs_request_id',
        'ix_kb_documents_created_id',
        'ix_kb_documents_source_created',
      ])
      expect(found).toHaveLength(again.length)
      for (const { howToUndo, helped } of created) {
        expect(howToUndo).toMatch(/^DROP INDEX CONCURRENTLY/)
        expect(helped.length).toBeGreaterThan(0)
      }
      expect(advice.workloadCost.after).toBeLessThan(advice.workloadCost.before / 5)
    },
    timeout,
  )

  test(
    'with migration 005 it says which are redundant',
    async () => {
      await own(connection => indexes.up(connection))
      await analyzed()
      await traffic()
      const { items } = await get<IndexAuditView>('/api/admin/performance/indexes', 'admin')
      console.log(items.map(record).join('\n'))
      expect(items).toEqual([
        expect.objectContaining({
          action: 'drop',
          ddl: 'DROP INDEX CONCURRENTLY public.ix_audit_logs_action',
          redundantWith: ['ix_audit_logs_action_timestamp'],
        }),
      ])
      const advice = await get<QueryAdvice>('/api/admin/performance/advice', 'admin')
      expect(advice.indexes.map(({ ddl }) => ddl)).toEqual(items.map(({ ddl }) => ddl))
    },
    timeout,
  )
})

function record({ ddl, reason, confidence, helped }: IndexAuditView['items'][number]): string {
  const queries = helped.map(
    ({ costBefore, costAfter, sql }) => `  cost ${costBefore.toFixed(1)} -> ${costAfter.toFixed(1)}: ${sql}`,
  )
  return [ddl, `  ${reason}`, ...queries, `  confidence: ${confidence}`].join('\n')
}
