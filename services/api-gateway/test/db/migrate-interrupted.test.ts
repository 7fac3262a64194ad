import { once } from 'node:events'
import { systemClock } from '@voiceassist/kernel'
import {
  describeDatabases,
  eventually,
  hasServer,
  type TempDatabase,
  tempDatabase,
} from '@voiceassist/testkit'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { migrateDown, migrateUp, migrationStatus } from '#src/db/migrate'
import { performanceIndexes } from '#src/db/migrations/005-performance-indexes'
import type { OpenDatabase } from '#src/db/open-database'
import { catalogSnapshot, invalidIndexes } from './catalog-snapshot.js'
import { spawnModule } from './spawn-module.js'

const embedder = { model: 'test-model', dimensions: 8 }
const names = ['001_users', '002_sessions', '003_knowledge_base', '004_audit_and_flags']
const indexes = '005_add_performance_indexes'
const behind = ['006_cache_outbox', '007_feature_flags', '008_rag', '009_accounts_and_audit']
const limits = { size: 2, maxOverflow: 0 }

describeDatabases('a migrator that is killed between two migrations', kind => {
  test('has done the first ones, and the next run does the rest', async () => {
    const temp = await tempDatabase({ kind, migrated: false })
    try {
      const program = `
        import { systemClock as clock } from ${JSON.stringify(import.meta.resolve('@voiceassist/kernel'))}
        import { openDatabase } from ${JSON.stringify(import.meta.resolve('#src/db/open-database'))}
        import { migrateUp } from ${JSON.stringify(import.meta.resolve('#src/db/migrate'))}
        const limits = { size: 1, maxOverflow: 0, recycleSeconds: 60, acquireTimeoutMs: 20_000 }
        const { db } = await openDatabase({ ...${JSON.stringify(temp.location)}, limits, clock })
        const onMigration = name => name.startsWith('004') && process.kill(process.pid, 'SIGKILL')
        await migrateUp(db, { embedder: ${JSON.stringify(embedder)}, concurrently: ${kind === 'server'}, clock, onMigration })`
      const child = spawnModule(program)
      expect((await once(child, 'exit'))[1]).toBe('SIGKILL')
      const { db } = await temp.open({ limits })
      const context = { embedder, concurrently: kind === 'server', clock: systemClock }
      const status = await migrationStatus(db, context)
      expect(status.filter(item => item.executedAt).map(item => item.name)).toEqual(names.slice(0, 3))
      expect(await migrateUp(db, context)).toEqual([names[3], indexes, ...behind])
    } finally {
      await temp.close()
    }
  })
})

describe.skipIf(!hasServer())('building indexes concurrently', () => {
  const context = { embedder, concurrently: true, clock: systemClock }
  let temp: TempDatabase
  let first: OpenDatabase
  let second: OpenDatabase
  let writer: pg.Client
  let admin: pg.Client
  let complete: string[]

  beforeAll(async () => {
    temp = await tempDatabase({ kind: 'server', embedder })
    first = await temp.open({ limits })
    second = await temp.open({ limits })
    complete = await catalogSnapshot(first.db)
    admin = await connect()
  })
  afterAll(async () => {
    await admin?.end()
    await temp?.close()
  })
  beforeEach(async () => {
    await migrateDown(first.db, context, '4')
    writer = await connect()
  })
  afterEach(() => writer.end())

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: (temp.location as { url: string }).url })
    await client.connect()
    return client
  }

  /** Resolves to the backend that builds an index, once it waits for `writer`'s transaction. */
  function waitingBuild(): Promise<number> {
    return eventually(async () => {
      const found = await admin.query<{ pid: number }>(
        `select pid from pg_stat_activity where datname = current_database()
           and query ilike 'create index concurrently%' and wait_event = 'virtualxid'`,
      )
      expect(found.rows).toHaveLength(1)
      return found.rows[0]!.pid
    })
  }

  const insert = `insert into users (email, hashed_password) values ($1, '')`

  test('goes on while others write, and does not make them wait', async () => {
    await writer.query('begin')
    await writer.query(insert, ['open@example.org'])
    const migrated = migrateUp(first.db, context)
    await waitingBuild()
    const another = await connect()
    try {
      // A plain build would queue this behind its own lock.
      await another.query("set lock_timeout = '3s'")
      await another.query(insert, ['another@example.org'])
      await another.query("update users set full_name = 'A' where email = 'another@example.org'")
      await writer.query(insert, ['again@example.org'])
    } finally {
      await another.end()
    }
    await waitingBuild()
    await writer.query('commit')
    expect(await migrated).toEqual([indexes, ...behind])
    expect(await catalogSnapshot(first.db)).toEqual(complete)
  })

  test('is repaired by the next run when its connection was killed', async () => {
    await writer.query('begin')
    await writer.query(insert, ['killed@example.org'])
    const migrated = migrateUp(first.db, context)
    const failure = expect(migrated).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' })
    const pid = await waitingBuild()
    await admin.query('select pg_terminate_backend($1)', [pid])
    await failure
    await writer.query('commit')
    expect(await invalidIndexes(first.db)).toEqual([Object.keys(performanceIndexes)[0]])
    expect((await migrationStatus(first.db, context))[4]).toEqual({ name: indexes })
    expect(await migrateUp(first.db, context)).toEqual([indexes, ...behind])
    expect(await catalogSnapshot(first.db)).toEqual(complete)
  })

  test('builds anew what an interruption left invalid, and leaves alone what is sound', async () => {
    const broken = ['ix_messages_contains_phi', 'ix_users_last_login']
    const sound = 'ix_sessions_created_at'
    for (const name of [...broken, sound] as (keyof typeof performanceIndexes)[])
      await writer.query(`create index ${name} on ${performanceIndexes[name]}`)
    for (const name of broken)
      await writer.query('update pg_index set indisvalid = false where indexrelid = $1::regclass', [name])
    const numberOf = async (name: string) =>
      (await first.pool.query('select $1::regclass::oid as number', [name])).rows[0].number
    const numbers = await Promise.all([...broken, sound].map(numberOf))
    expect(await invalidIndexes(first.db)).toEqual(broken)
    await migrateUp(first.db, context)
    expect(await catalogSnapshot(first.db)).toEqual(complete)
    const after = await Promise.all([...broken, sound].map(numberOf))
    expect(after.map((number, index) => number === numbers[index])).toEqual([false, false, true])
  })

  test('lets a second migrator wait without holding the first one up', async () => {
    await writer.query('begin')
    await writer.query(insert, ['two@example.org'])
    const slow = migrateUp(first.db, context)
    await waitingBuild()
    const waiting = migrateUp(second.db, context)
    // The second has to ask for the lock before the build can go on.
    await eventually(async () => {
      const asked = await admin.query(
        `select 1 from pg_stat_activity where datname = current_database() and query like '%pg_try_advisory_lock%'
         and state = 'idle' and application_name = 'voiceassist'`,
      )
      expect(asked.rows).toHaveLength(1)
    })
    await writer.query('commit')
    expect(await Promise.all([slow, waiting])).toEqual([[indexes, ...behind], []])
    expect(await catalogSnapshot(first.db)).toEqual(complete)
  })

  test('from nothing, two at once share the work and both end well', async () => {
    for (let round = 0; round < 3; round++) {
      await migrateDown(first.db, context, '0')
      const done = await Promise.all([migrateUp(first.db, context), migrateUp(second.db, context)])
      expect(done.flat().toSorted()).toEqual([...names, indexes, ...behind])
      expect(await catalogSnapshot(first.db)).toEqual(complete)
    }
    await migrateDown(second.db, context)
    await migrateUp(first.db, context)
  })
})
