import DataLoader from 'dataloader'
import type { Pool } from 'pg'
import { type CorpusCase, upTo } from './corpus-case.js'

const findUsers = 'select * from users where id = any($1)'

const usersBy = (pool: Pool) => async (ids: readonly number[]) => {
  const found = await pool.query(findUsers, [ids]) // here: loader
  const byId = new Map(found.rows.map(row => [row.id, row]))
  return ids.map(id => byId.get(id) ?? null)
}

function chunks(size: number, count: number): number[][] {
  return upTo(count).map(chunk => upTo(size).map(id => chunk * size + id))
}

const placeholders = (count: number) => upTo(count).map(n => `$${n}`)

/** One query for several rows, or what only looks so. */
export const batches: readonly CorpusCase[] = [
  {
    name: 'a DataLoader that batches',
    async run(db) {
      const loader = new DataLoader(usersBy(db.pool))
      await Promise.all(upTo(30).map(id => loader.load(id)))
    },
    expected: [],
  },
  {
    name: 'a DataLoader of full batches, many of them',
    async run(db) {
      const loader = new DataLoader(usersBy(db.pool), { maxBatchSize: 3 })
      await Promise.all(upTo(36).map(id => loader.load(id)))
    },
    expected: [],
  },
  {
    name: 'a DataLoader whose loads are awaited one by one',
    async run(db) {
      const loader = new DataLoader(usersBy(db.pool))
      for (const id of upTo(12)) await loader.load(id)
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'loader' }],
  },
  {
    name: 'a DataLoader whose batch function asks for each key',
    async run(db) {
      const loader = new DataLoader((ids: readonly number[]) =>
        Promise.all(
          ids.map(async id => {
            const found = await db.pool.query('select * from users where id = $1', [id]) // here: loader-per-key
            return found.rows[0]
          }),
        ),
      )
      await Promise.all(upTo(12).map(id => loader.load(id)))
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'loader-per-key' }],
  },
  {
    name: 'resolvers of a graph, one look-up for each object',
    async run(db) {
      const resolvers = {
        author: async (message: { author_id: number }) => {
          const found = await db.pool.query('select * from users where id = $1', [message.author_id]) // here: resolver
          return found.rows[0]
        },
      }
      const messages = await db.pool.query('select * from messages where session_id = $1', [1])
      const field = resolvers['author' as keyof typeof resolvers]
      return Promise.all(messages.rows.map(message => Promise.resolve(message).then(field)))
    },
    expected: [{ kind: 'n-plus-one', count: 20, at: 'resolver', parent: 'from messages' }],
  },
  {
    name: 'resolvers of a graph with a DataLoader',
    async run(db) {
      const loader = new DataLoader(usersBy(db.pool))
      const messages = await db.pool.query('select * from messages where session_id = $1', [1])
      return Promise.all(messages.rows.map(async message => loader.load(message.author_id)))
    },
    expected: [],
  },
  {
    name: 'IN in chunks of a thousand',
    async run(db) {
      const text = `select * from users where id in (${placeholders(1000)})`
      for (const chunk of chunks(1000, 12)) await db.pool.query(text, chunk)
    },
    expected: [],
  },
  {
    name: 'IN with ids in the text, in chunks',
    async run(db) {
      for (const chunk of chunks(50, 12)) await db.pool.query(`select * from users where id in (${chunk})`)
    },
    expected: [],
  },
  {
    name: 'IN with one element each time',
    async run(db) {
      for (const id of upTo(12)) {
        await db.pool.query('select * from users where id in ($1)', [id]) // here: in-one
      }
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'in-one' }],
  },
  {
    name: '= ANY in batches',
    async run(db) {
      for (const chunk of chunks(20, 12)) await db.pool.query(findUsers, [chunk])
    },
    expected: [],
  },
  {
    name: '= ANY with the text of an array, in batches',
    async run(db) {
      for (const chunk of chunks(20, 12)) await db.pool.query(findUsers, [`{${chunk}}`])
    },
    expected: [],
  },
  {
    name: '= ANY with one element each time',
    async run(db) {
      for (const id of upTo(12)) {
        await db.pool.query(findUsers, [[id]]) // here: any-one
      }
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'any-one' }],
  },
  {
    name: '= ANY with the text of an array of one element each time',
    async run(db) {
      for (const id of upTo(12)) {
        await db.pool.query(findUsers, [`{${id}}`]) // here: any-text
      }
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'any-text' }],
  },
  {
    name: 'a join with unnest, in batches',
    async run(db) {
      const text = 'select u.* from users u join unnest($1::int[]) as wanted (id) using (id)'
      for (const chunk of chunks(20, 12)) await db.pool.query(text, [chunk])
    },
    expected: [],
  },
  {
    name: 'a join with the elements of a JSON text, in batches',
    async run(db) {
      const text = 'select u.* from users u join jsonb_array_elements($1::jsonb) e on u.id = e::int'
      for (const chunk of chunks(20, 12)) await db.pool.query(text, [JSON.stringify(chunk)])
    },
    expected: [],
  },
  {
    name: 'a look-up by equality with an array of tags beside',
    async run(db) {
      const text = 'select * from users where id = $1 and array[name] && $2'
      for (const id of upTo(12)) {
        await db.pool.query(text, [id, ['user 1', 'user 2']]) // here: array-beside
      }
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'array-beside' }],
  },
]
