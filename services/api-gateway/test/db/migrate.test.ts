import { describeDatabases, FakeClock, type TempDatabase, tempDatabase } from '@voiceassist/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrateDown, migrateUp, migrationStatus } from '#src/db/migrate'
import { performanceIndexes } from '#src/db/migrations/005-performance-indexes'
import { allMigrations } from '#src/db/migrations/all-migrations'
import type { OpenDatabase } from '#src/db/open-database'
import { catalogSnapshot } from './catalog-snapshot.js'

const embedder = { model: 'test-model', dimensions: 8 }

describeDatabases('migrations', kind => {
  const concurrently = kind === 'server'
  const clock = new FakeClock()
  const context = { embedder, concurrently, clock }
  const names = Object.keys(allMigrations(context))
  let temp: TempDatabase
  let database: OpenDatabase
  beforeAll(async () => {
    temp = await tempDatabase({ kind, migrated: false })
    database = await temp.open({ limits: { size: 1, maxOverflow: 0 } })
  })
  afterAll(() => temp?.close())

  test('each goes up and comes down to exactly what was there before', async () => {
    await migrateUp(database.db, context)
    await migrateDown(database.db, context, '0')
    const floor = await catalogSnapshot(database.db)
    expect(floor.filter(line => line.startsWith('relation r'))).toEqual([
      'relation r kysely_migration',
      'relation r kysely_migration_lock',
    ])
    const before: string[][] = []
    for (const name of names) {
      before.push(await catalogSnapshot(database.db))
      const { transactional, ...migration } = allMigrations(context)[name]!
      expect(transactional).toBe(name !== '005_add_performance_indexes' || !concurrently)
      await migration.up(database.db)
      expect(await catalogSnapshot(database.db)).not.toEqual(before.at(-1))
      await migration.down!(database.db)
      expect(await catalogSnapshot(database.db), name).toEqual(before.at(-1))
      await migration.up(database.db)
    }
    for (const name of names.toReversed()) {
      await allMigrations(context)[name]!.down!(database.db)
      expect(await catalogSnapshot(database.db), name).toEqual(before.pop())
    }
    expect(await catalogSnapshot(database.db)).toEqual(floor)
  })

  test('up runs them in order and says so; status knows; up again changes nothing', async () => {
    expect((await migrationStatus(database.db, context)).every(item => !item.executedAt)).toBe(true)
    const seen: string[] = []
    const onMigration = (name: string, direction: string) => seen.push(`${direction} ${name}`)
    expect(await migrateUp(database.db, { ...context, onMigration })).toEqual(names)
    expect(seen).toEqual(names.map(name => `up ${name}`))
    const status = await migrationStatus(database.db, context)
    expect(status.map(item => item.name)).toEqual(names)
    for (const { executedAt } of status) expect(new Date(executedAt!).toISOString()).toBe(executedAt)
    const made = await catalogSnapshot(database.db)
    expect(made.filter(line => line.endsWith('INVALID'))).toEqual([])
    expect(await migrateUp(database.db, context)).toEqual([])
    expect(await catalogSnapshot(database.db)).toEqual(made)
    expect(await migrationStatus(database.db, context)).toEqual(status)
  })

  test('005 comes down alone, and takes its 16 indexes and nothing else', async () => {
    await migrateDown(database.db, context, '5')
    const up = await catalogSnapshot(database.db)
    expect(await migrateDown(database.db, context)).toEqual(['005_add_performance_indexes'])
    const down = await catalogSnapshot(database.db)
    const gone = up.filter(line => !down.includes(line))
    const indexes = Object.keys(performanceIndexes).toSorted()
    expect(indexes).toHaveLength(16)
    expect(gone.filter(line => line.startsWith('relation i ')).map(line => line.slice(11))).toEqual(indexes)
    expect(gone.filter(line => line.startsWith('index '))).toHaveLength(16)
    expect(gone).toHaveLength(32)
    expect(down.filter(line => !up.includes(line))).toEqual([])
    expect((await migrationStatus(database.db, context))[4]).toEqual({
      name: '005_add_performance_indexes',
    })
    expect(await migrateUp(database.db, context)).toEqual(names.slice(4))
    await migrateDown(database.db, context, '5')
    expect(await catalogSnapshot(database.db)).toEqual(up)
    await migrateUp(database.db, context)
  })

  test.each([4, 6])(
    'migration %i of a lower number that comes later is run, and taken back first',
    async index => {
      const name = names[index]!
      const up = await catalogSnapshot(database.db)
      await allMigrations(context)[name]!.down!(database.db)
      await sql`delete from kysely_migration where name = ${name}`.execute(database.db)
      expect(await migrateUp(database.db, context)).toEqual([name])
      expect(await catalogSnapshot(database.db)).toEqual(up)
      expect(await migrateDown(database.db, context)).toEqual([name])
      expect(await migrateUp(database.db, context)).toEqual([name])
    },
  )

  test('down stops at the migration that it is given, by number or name', async () => {
    expect(await migrateDown(database.db, context, '3')).toEqual([
      names[6],
      names[4],
      names[8],
      names[7],
      names[5],
      names[3],
    ])
    expect(await migrateDown(database.db, context, '003_knowledge_base')).toEqual([])
    const mistyped = migrateDown(database.db, context, '9')
    await expect(mistyped).rejects.toMatchObject({ code: 'CONFIG_INVALID', field: 'to' })
    expect(await migrateUp(database.db, context)).toEqual(names.slice(3))
  })

  test('the settings keep the embedder that the tables were made for', async () => {
    const kept = await sql`select value from settings where key = 'embedder'`.execute(database.db)
    expect(kept.rows).toEqual([{ value: embedder }])
    await migrateDown(database.db, context, '2')
    const gone = await sql`select value from settings where key = 'embedder'`.execute(database.db)
    expect(gone.rows).toEqual([])
    await migrateUp(database.db, context)
  })

  test('every foreign key begins an index, so that a delete above it need not read the whole table', async () => {
    const bare = await sql<{ key: string }>`
      select format('%s (%s)', conrelid::regclass, pg_get_constraintdef(oid)) as key from pg_constraint k
      where contype = 'f' and connamespace = 'public'::regnamespace and not exists (
        select 1 from pg_index i where i.indrelid = k.conrelid and i.indisvalid and i.indpred is null
          and (i.indkey::int2[])[0:array_length(k.conkey, 1) - 1] @> k.conkey)`.execute(database.db)
    expect(bare.rows.map(row => row.key)).toEqual([])
  })

  test.each([
    [3, 'vector(3)', 'vector_cosine_ops'],
    [2000, 'vector(2000)', 'vector_cosine_ops'],
    [2001, 'halfvec(2001)', 'halfvec_cosine_ops'],
  ])('vectors of %i dimensions are stored as %s, and their index is used', async (dimensions, type, ops) => {
    const wide = { ...context, embedder: { model: 'wide', dimensions } }
    await migrateDown(database.db, context, '2')
    await migrateUp(database.db, wide)
    const lines = await catalogSnapshot(database.db)
    expect(lines).toContain(`column kb_chunks.embedding ${type} not null default none`)
    expect(lines.find(line => line.includes('kb_chunks_embedding'))).toBeDefined()
    expect(lines.find(line => line.startsWith('index') && line.includes('hnsw'))).toContain(ops)
    await sql`
      with document as (
        insert into kb_documents (title, source_type, file_type, content_hash, content, chunk_count, word_count)
        values ('t', 's', 'md', repeat('0', 64), '', 1, 1) returning id)
      insert into kb_chunks (document_id, position, heading, content, start_offset, end_offset, word_count,
        title_terms, heading_terms, body_terms, embedding)
      select document.id, n, '', '', 0, 0, 0, '{}', '{}', '{}',
        (select array_agg(case when d = n then 1 else 0 end) from generate_series(1, ${dimensions}::int) d)::real[]::${sql.raw(type)}
      from document, generate_series(1, 3) n`.execute(database.db)
    const nearest = sql`
      select position from kb_chunks
      order by embedding <=> (select embedding from kb_chunks where position = 2) limit 1`
    expect((await nearest.execute(database.db)).rows).toEqual([{ position: 2 }])
    const plan = await database.db.transaction().execute(async transaction => {
      await sql`set local enable_seqscan = off`.execute(transaction)
      return JSON.stringify((await sql`explain (format json) ${nearest}`.execute(transaction)).rows)
    })
    expect(plan).toContain('"kb_chunks_embedding"')
    await migrateDown(database.db, wide, '2')
    await migrateUp(database.db, context)
  })
})
