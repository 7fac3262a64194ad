import { sealSome } from '@voiceassist/api-gateway/audit/audit-sealer'
import { defaultPoolLimits } from '@voiceassist/api-gateway/db/database-pool'
import { createEmbeddingIndex } from '@voiceassist/api-gateway/db/embedding-column'
import { migrateUp } from '@voiceassist/api-gateway/db/migrate'
import { addPerformanceIndexes } from '@voiceassist/api-gateway/db/migrations/005-performance-indexes'
import { openDatabase } from '@voiceassist/api-gateway/db/open-database'
import { createPasswordHasher } from '@voiceassist/api-gateway/services/accounts/password-hasher'
import { systemClock } from '@voiceassist/kernel'
import { createHashingEmbedder } from '@voiceassist/testkit'
import { Kysely, PostgresDialect } from 'kysely'
import type pg from 'pg'
import { progressOf } from './progress.js'
import { dimensions, sentences } from './sentences.js'
import * as statements from './statements.js'
import type { TableSizes } from './table-sizes.js'

/** Of every user. */
export const password = 'a password of the bench'
/** What the audit rows are sealed with. */
export const auditKey = 'a key of the bench for the audit chain'

const documentsAtOnce = 500
const rowsAtOnce = 50_000

/** Fills a new database: migrated, each table made by statements in the server, indexes built after, everything sealed and analysed. */
export async function fillDatabase(url: string, sizes: TableSizes): Promise<void> {
  const limits = { ...defaultPoolLimits, size: 1, maxOverflow: 0 }
  const database = await openDatabase({ url, limits, clock: systemClock })
  const { model } = createHashingEmbedder(dimensions)
  try {
    await database.pool.query('create schema bench')
    await migrateUp(database.db, { embedder: { model, dimensions }, concurrently: true, clock: systemClock })
    const client = await database.pool.connect()
    // Kysely on this client, whose settings and role are the owner's.
    const borrowed = { query: client.query.bind(client), release: () => {} } as never
    const db = new Kysely<never>({
      dialect: new PostgresDialect({ pool: { connect: async () => borrowed, end: async () => {} } }),
    })
    try {
      await client.query(
        `reset role; set maintenance_work_mem = '1GB'; set work_mem = '256MB'; set synchronous_commit = off`,
      )
      const indexes = addPerformanceIndexes({ concurrently: false, embedder: { model, dimensions } })
      await indexes.down!(db)
      await withoutTriggers(client, () => fillTables(client, sizes))
      await fillAudit(client, db, sizes)
      await client.query(statements.insertFlags(sizes))
      await buildIndexes(client, db, indexes)
    } finally {
      client.release(true)
    }
  } finally {
    await database.close()
  }
}

/** Neither what the cache is told of changes, nor foreign keys: rows are made so that these hold. */
async function withoutTriggers(client: pg.ClientBase, work: () => Promise<void>): Promise<void> {
  const { rows } = await client.query<{ table: string; name: string }>(`
    select tgrelid::regclass::text as table, quote_ident(tgname) as name from pg_trigger
    where tgenabled = 'A' and not tgisinternal`)
  for (const { table, name } of rows) await client.query(`alter table ${table} disable trigger ${name}`)
  await client.query('set session_replication_role = replica')
  await work()
  await client.query('set session_replication_role = origin')
  for (const { table, name } of rows) await client.query(`alter table ${table} enable always trigger ${name}`)
}

async function fillTables(client: pg.ClientBase, sizes: TableSizes): Promise<void> {
  const made = await sentences()
  await client.query(statements.createHelpers)
  await client.query(statements.insertSentences, [
    made.map((_, at) => at),
    made.map(({ text }) => text),
    made.map(({ terms }) => terms.join(' ')),
    made.map(({ vector }) => vector),
  ])
  await client.query('analyze bench.sentence')
  await client.query(statements.insertUsers(sizes), [await createPasswordHasher().hash(password)])
  await client.query(statements.planSessions(sizes))
  await client.query(statements.insertSessions)
  await inSteps('messages', sizes.messages, rowsAtOnce, (from, to) =>
    client.query(statements.insertMessages, [from - 1, to]),
  )
  await client.query('drop index kb_chunks_embedding')
  await client.query(statements.createChunks)
  await inSteps('documents', sizes.documents, documentsAtOnce, async (from, to) => {
    await client.query(statements.planChunks(sizes), [from, to])
    await client.query(statements.insertDocuments(sizes), [from, to])
    await client.query(statements.insertChunks, [from, to])
    await client.query('truncate bench.chunk')
  })
}

/** Sealed as they come, and what was taken off the queue cleared away: a long queue is slow to walk. */
async function fillAudit(client: pg.ClientBase, db: Kysely<never>, sizes: TableSizes): Promise<void> {
  await inSteps('audit rows', sizes.auditRows, rowsAtOnce, async (from, to) => {
    await client.query(statements.insertAuditRows(sizes), [from, to])
    while ((await sealSome(db as never, auditKey)) > 0) {}
    await client.query('vacuum audit_unsealed')
  })
}

async function buildIndexes(
  client: pg.ClientBase,
  db: Kysely<never>,
  indexes: ReturnType<typeof addPerformanceIndexes>,
): Promise<void> {
  const stop = progressOf('indexes', 3)
  await createEmbeddingIndex(dimensions).execute(db)
  stop(1)
  await indexes.up(db)
  stop(2)
  await client.query('drop schema bench cascade; create schema bench')
  await client.query('vacuum (freeze, analyze)')
  await client.query('create table bench.made (); checkpoint')
  stop(3)
}

async function inSteps(
  what: string,
  count: number,
  step: number,
  work: (from: number, to: number) => Promise<unknown>,
): Promise<void> {
  const done = progressOf(what, count)
  for (let from = 1; from <= count; from += step) {
    const to = Math.min(from + step - 1, count)
    await work(from, to)
    done(to)
  }
}
