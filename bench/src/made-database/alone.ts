import { addPerformanceIndexes } from '@voiceassist/api-gateway/db/migrations/005-performance-indexes'
import type { Database } from '@voiceassist/api-gateway/db/schema'
import { type CompiledQuery, Kysely, PostgresDialect } from 'kysely'
import type pg from 'pg'
import { type MadeDatabase, openAlone } from './made-database.js'
import { dimensions } from './sentences.js'

/** Migration 005 taken back; as migrated; and without even the index that e-mails are unique by. */
export type IndexState = 'before' | 'indexes' | 'no e-mail index'

/** One connection with the gateway's settings and the rights of the tables' owner, and Kysely on it. */
export interface Alone {
  readonly client: pg.ClientBase
  readonly db: Kysely<Database>
  /** In a transaction that is rolled back: indexes come back without being built, and no row is added. */
  within<T>(state: IndexState, work: () => Promise<T>): Promise<T>
  /** The searches that `work` sends, in their order. */
  statementsOf(work: () => Promise<unknown>): Promise<CompiledQuery[]>
  close(): Promise<void>
}

export async function alone(made: Pick<MadeDatabase, 'url'>): Promise<Alone> {
  const opened = await openAlone(made)
  const client = await opened.pool.connect()
  await client.query('reset role') // only the owner drops indexes
  let sent: CompiledQuery[] | undefined
  // Kysely may ask for several connections at a time, and gets this one in turns.
  let last: Promise<unknown> = Promise.resolve()
  const query = (...given: unknown[]) => {
    const result = last.then(() => client.query(...(given as [string])))
    last = result.catch(() => {})
    return result
  }
  const borrowed = { query, release: () => {} } as never
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({ pool: { connect: async () => borrowed, end: async () => {} } }),
    log: ({ query }) => {
      if (/^\s*(select|with)\b/.test(query.sql)) sent?.push(query)
    },
  })
  const indexes = addPerformanceIndexes({ concurrently: false, embedder: { model: '', dimensions } })
  return {
    client,
    db,
    async within(state, work) {
      await client.query('begin')
      try {
        if (state !== 'indexes') await indexes.down!(db)
        if (state === 'no e-mail index')
          await client.query('alter table users drop constraint users_email_key')
        return await work()
      } finally {
        await client.query('rollback')
      }
    },
    async statementsOf(work) {
      sent = []
      await work()
      const statements = sent
      sent = undefined
      return statements
    },
    async close() {
      client.release()
      await opened.close()
    },
  }
}
