import DataLoader from 'dataloader'
import { eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import knexOf from 'knex'
import { Kysely, PostgresDialect } from 'kysely'
import { DataSource, EntitySchema } from 'typeorm'
import { type Blind, type BlindCase, ids } from './blind-case.js'

interface Tables {
  authors: { id: number; name: string }
  books: { id: number; author: number; title: string }
}

const nPlusOne = 'n-plus-one' as const
const kyselyOf = ({ pool }: Blind) => new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
const books = pgTable('books', { id: integer().primaryKey(), author: integer(), title: text() })

const Book = new EntitySchema<Tables['books']>({
  name: 'books',
  columns: { id: { type: Number, primary: true }, author: { type: Number }, title: { type: String } },
})

async function repositoryOf({ pool }: Blind) {
  // TypeORM makes its pool itself.
  const driver = {
    Pool: function ThePool() {
      return pool
    },
  }
  const source = new DataSource({ type: 'postgres', driver, entities: [Book], installExtensions: false })
  await source.initialize()
  return source.getRepository(Book)
}

export const libraryCases: readonly BlindCase[] = [
  {
    name: 'Kysely in a loop',
    async run(on) {
      const db = kyselyOf(on)
      const authors = await db.selectFrom('authors').select('id').limit(6).execute()
      for (const { id } of authors)
        await db.selectFrom('books').selectAll().where('author', '=', on.here(id)).execute()
    },
    found: [{ kind: nPlusOne, count: 6, parent: 'authors', fix: /jsonArrayFrom/ }],
  },
  {
    name: 'Kysely all at once',
    async run(on) {
      const db = kyselyOf(on)
      await Promise.all(
        ids(6).map(id => db.selectFrom('books').selectAll().where('author', '=', on.here(id)).execute()),
      )
    },
    found: [{ kind: nPlusOne, count: 6 }],
  },
  {
    name: 'Kysely writing in a transaction',
    async run(on) {
      await kyselyOf(on)
        .transaction()
        .execute(async transaction => {
          for (const author of ids(6))
            await transaction
              .insertInto('books')
              .values({ author: on.here(author), title: 'x' } as never)
              .execute()
        })
    },
    found: [{ kind: 'write-loop', count: 6 }],
  },
  {
    name: 'Kysely with IN',
    async run(on) {
      const db = kyselyOf(on)
      for (const from of [1, 11, 21, 31, 41, 51])
        await db.selectFrom('books').selectAll().where('author', 'in', ids(10, from)).execute()
    },
  },
  {
    name: 'Drizzle in a loop',
    async run(on) {
      const db = drizzle(on.pool)
      for (const id of ids(6))
        await db
          .select()
          .from(books)
          .where(eq(books.author, on.here(id)))
          .execute()
    },
    found: [{ kind: nPlusOne, count: 6 }],
  },
  {
    name: 'Drizzle without execute, of whose await V8 knows nothing',
    async run(on) {
      const db = drizzle(on.pool)
      for (const id of ids(6)) await db.select().from(books).where(eq(books.author, id))
    },
    found: [{ kind: nPlusOne, count: 6, isInLibrary: true }],
  },
  {
    name: 'Knex on the same pool',
    async run(on) {
      const knex = knexOf({ client: 'pg' })
      for (const id of ids(6)) {
        const { sql, bindings } = knex('books').where({ author: id }).toSQL().toNative()
        await on.pool.query(on.here(sql), [...bindings])
      }
      await knex.destroy()
    },
    found: [{ kind: nPlusOne, count: 6 }],
  },
  {
    name: 'a repository of TypeORM',
    async run(on) {
      const repository = await repositoryOf(on)
      for (const author of ids(6)) await repository.findBy({ author: on.here(author) })
    },
    found: [{ kind: nPlusOne, count: 6 }],
  },
  {
    name: 'find of TypeORM, once',
    async run(on) {
      await (await repositoryOf(on)).find({ take: 100 })
    },
  },
  {
    name: 'a DataLoader that gets one key at a time',
    async run(on) {
      const loader = new DataLoader<number, unknown>(async keys => {
        const found = []
        for (const key of keys)
          found.push(await on.pool.query(on.here('select * from authors where id = $1'), [key]))
        return found
      })
      for (const id of ids(6)) await loader.load(id)
    },
    found: [{ kind: nPlusOne, count: 6, fix: /DataLoader/ }],
  },
  {
    name: 'a DataLoader whose batch is a loop',
    async run(on) {
      const loader = new DataLoader<number, unknown>(keys =>
        Promise.all(keys.map(key => on.pool.query(on.here('select * from authors where id = $1'), [key]))),
      )
      await loader.loadMany(ids(6))
    },
    found: [{ kind: nPlusOne, count: 6 }],
  },
]
