import { PrismaPg } from '@prisma/adapter-pg'
import { hasServer } from '@voiceassist/testkit'
import { eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import knexOf from 'knex'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { DataSource, EntitySchema } from 'typeorm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { instrument } from '#src/capture/instrument'
import { RecordingObserver } from './recording-observer.js'
import { type TestDatabase, testDatabase } from './test-database.js'

interface Person {
  id: number
  name: string
}

/** Under each library: every query once, in the order of the calls, with its request, and the results as ever. */
describe.skipIf(!hasServer())('libraries on pg', () => {
  let database: TestDatabase
  let pool: pg.Pool
  let observer: RecordingObserver
  beforeAll(async () => {
    database = await testDatabase('server')
    const client = new pg.Client(database.config)
    await client.connect()
    await client.query(
      "create table people (id int primary key, name text); insert into people values (1, 'Ada')",
    )
    await client.end()
  })
  afterAll(() => database.close())
  beforeEach(() => {
    pool = new pg.Pool({ ...database.config, max: 1 })
    observer = new RecordingObserver()
  })
  afterEach(async () => {
    if (!pool.ended) await pool.end()
    expect(observer.flaws).toEqual([])
    expect(observer.records.filter(record => record.request === undefined)).toEqual([])
  })

  /** Two requests at once on one connection; `ask` is given the id that it asks for. */
  async function inTwoRequests(ask: (id: number) => Promise<unknown>): Promise<unknown[]> {
    return Promise.all(
      [1, 2].map(id =>
        observer.requests.runInRequest({ id: String(id), route: 'GET /people' }, () => ask(id)),
      ),
    )
  }
  const ofRequest = (id: string) => observer.records.filter(record => record.request?.id === id)
  /** By request: begin, the query of this id, an insert that fails, rollback. */
  const expectTransactions = (fails = '23505') => {
    for (const id of [1, 2]) {
      const records = ofRequest(String(id))
      expect(records.map(record => record.text.split(' ')[0]!.toLowerCase())).toEqual([
        'select',
        expect.stringMatching(/^(begin|start)/),
        'select',
        'insert',
        expect.stringMatching(/^rollback/),
      ])
      expect(records[0]).toMatchObject({ given: expect.arrayContaining([id]), rows: id === 1 ? 1 : 0 })
      expect(records[3]).toMatchObject({ sqlState: fails })
    }
    expect(observer.records).toHaveLength(10)
  }

  test('Kysely', async () => {
    instrument(pool, observer, observer.requests)
    const db = new Kysely<{ people: Person }>({ dialect: new PostgresDialect({ pool }) })
    const found = await inTwoRequests(async id => {
      const people = await db.selectFrom('people').selectAll().where('id', '=', id).execute()
      const transaction = db.transaction().execute(async trx => {
        await trx.selectFrom('people').selectAll().execute()
        await trx.insertInto('people').values({ id: 1, name: 'Eve' }).execute()
      })
      await expect(transaction).rejects.toMatchObject({ code: '23505' })
      return people
    })
    expect(found).toEqual([[{ id: 1, name: 'Ada' }], []])
    expectTransactions()
  })

  test('Drizzle', async () => {
    instrument(pool, observer, observer.requests)
    const people = pgTable('people', { id: integer().primaryKey(), name: text() })
    const db = drizzle({ client: pool })
    const found = await inTwoRequests(async id => {
      const rows = await db.select().from(people).where(eq(people.id, id))
      const transaction = db.transaction(async tx => {
        await tx.select().from(people)
        await tx.insert(people).values({ id: 1, name: 'Eve' })
      })
      await expect(transaction).rejects.toMatchObject({ cause: { code: '23505' } })
      return rows
    })
    expect(found).toEqual([[{ id: 1, name: 'Ada' }], []])
    expectTransactions()
  })

  test('Knex, which makes its clients itself: by its pool', async () => {
    const knex = knexOf({
      client: 'pg',
      connection: { connectionString: database.config.connectionString! },
      pool: { min: 0, max: 1 },
    })
    const { close } = instrument(knex.client.pool, observer, observer.requests)
    const found = await inTwoRequests(async id => {
      const rows = await knex<Person>('people').where({ id })
      const transaction = knex.transaction(async trx => {
        await trx<Person>('people')
        await trx<Person>('people').insert({ id: 1, name: 'Eve' })
      })
      await expect(transaction).rejects.toMatchObject({ code: '23505' })
      return rows
    })
    expect(found).toEqual([[{ id: 1, name: 'Ada' }], []])
    expectTransactions()
    close()
    await knex('people')
    expect(observer.records).toHaveLength(10)
    await knex.destroy()
  })

  test('TypeORM, by the pool that it makes', async () => {
    const people = new EntitySchema<Person>({
      name: 'people',
      columns: { id: { type: 'int', primary: true }, name: { type: 'text' } },
    })
    const dataSource = new DataSource({
      type: 'postgres',
      url: database.config.connectionString!,
      poolSize: 1,
      entities: [people],
    })
    await dataSource.initialize()
    const { master } = dataSource.driver as unknown as { master: pg.Pool }
    instrument(master, observer, observer.requests)
    const found = await inTwoRequests(async id => {
      const rows = await dataSource.getRepository(people).findBy({ id })
      const transaction = dataSource.transaction(async manager => {
        await manager.getRepository(people).find()
        await manager.getRepository(people).insert({ id: 1, name: 'Eve' })
      })
      await expect(transaction).rejects.toMatchObject({ code: '23505' })
      return rows
    })
    expect(found).toEqual([[{ id: 1, name: 'Ada' }], []])
    expectTransactions()
    await dataSource.destroy()
  })

  test('Prisma, by the pool that its adapter is made with', async () => {
    instrument(pool, observer, observer.requests)
    const adapter = await new PrismaPg(pool).connect()
    const query = (sql: string, ...args: number[]) => ({
      sql,
      args,
      argTypes: args.map(() => ({ scalarType: 'int' as const, arity: 'scalar' as const })),
    })
    const found = await inTwoRequests(async id => {
      const { rows } = await adapter.queryRaw(query('SELECT id, name FROM people WHERE id = $1', id))
      const transaction = await adapter.startTransaction()
      expect(await transaction.executeRaw(query('SELECT 1'))).toBe(1)
      const inserted = transaction.executeRaw(query("INSERT INTO people VALUES (1, 'Eve')"))
      await expect(inserted).rejects.toMatchObject({ cause: { originalCode: '23505' } })
      await transaction.executeRaw(query('ROLLBACK'))
      await transaction.rollback()
      return rows
    })
    expect(found).toEqual([[[1, 'Ada']], []])
    expectTransactions()
    await adapter.dispose()
  })
})
