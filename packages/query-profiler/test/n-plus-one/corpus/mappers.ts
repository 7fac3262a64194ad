import { eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import knex from 'knex'
import { Kysely, PostgresDialect } from 'kysely'
import type { Pool } from 'pg'
import { type CorpusCase, upTo } from './corpus-case.js'

interface Tables {
  users: { id: number; name: string }
}

const users = pgTable('users', { id: integer(), name: text() })

/** Not destroyed: the pool is its caller's. */
const kyselyOn = (pool: Pool) => new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })

async function kyselyUser(db: Kysely<Tables>, id: number) {
  return await db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst() // here: kysely
}

/** Gone from the stack when Kysely has a connection at last: nothing awaits here. */
function kyselyUserHandedOn(db: Kysely<Tables>, id: number) {
  return db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Knex with the connections of our pool instead of its own. */
function knexOn(pool: Pool) {
  class OurPool extends knex.Client {}
  const made = knex({ client: 'pg', connection: {}, pool: { min: 0, max: 4 } })
  const client = made.client as InstanceType<typeof OurPool> & Record<string, unknown>
  client.acquireRawConnection = async () => pool.connect()
  client.destroyRawConnection = async (connection: { release(): void }) => connection.release()
  client.checkVersion = async () => '17.0'
  return made
}

/** Query builders: their frames lie between the query and the application. */
export const mappers: readonly CorpusCase[] = [
  {
    name: 'Kysely, in a function that is called in a loop',
    async run(db) {
      const kysely = kyselyOn(db.pool)
      for (const id of upTo(12)) await kyselyUser(kysely, id)
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'kysely' }],
  },
  {
    name: 'Kysely, in a function that hands its promise on, called in a loop',
    async run(db) {
      const kysely = kyselyOn(db.pool)
      for (const id of upTo(12)) await kyselyUserHandedOn(kysely, id) // here: kysely-handed-on
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'kysely-handed-on' }],
  },
  {
    name: 'Kysely, in a transaction, at once',
    run: db =>
      kyselyOn(db.pool)
        .transaction()
        .execute(async transaction => {
          const find = (id: number) =>
            transaction.selectFrom('users').selectAll().where('id', '=', id).execute() // here: kysely-all
          await Promise.all(upTo(12).map(id => find(id)))
        }),
    expected: [{ kind: 'n-plus-one', count: 12, at: 'kysely-all' }],
  },
  {
    name: 'Kysely, a list',
    run: async db => {
      for (const id of upTo(12)) {
        await kyselyOn(db.pool)
          .selectFrom('users')
          .select('name')
          .where('id', 'in', [id, id + 1])
          .execute()
      }
    },
    expected: [],
  },
  {
    name: 'Drizzle, executed in a loop',
    async run(db) {
      const drizzled = drizzle(db.pool)
      for (const id of upTo(12)) {
        await drizzled.select().from(users).where(eq(users.id, id)).execute() // here: drizzle
      }
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'drizzle' }],
  },
  {
    name: 'Knex, awaited in a loop',
    async run(db) {
      const knexed = knexOn(db.pool)
      try {
        for (const id of upTo(12)) {
          await knexed('users').where('id', id) // here: knex
        }
      } finally {
        await knexed.destroy()
      }
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'knex' }],
  },
]
