import type { Pool, PoolClient } from 'pg'
import Cursor from 'pg-cursor'
import { type CorpusCase, upTo } from './corpus-case.js'

const findUser = 'select * from users where id = $1'

async function withClient(pool: Pool, work: (client: PoolClient) => Promise<unknown>): Promise<void> {
  const client = await pool.connect()
  try {
    await work(client)
  } finally {
    client.release()
  }
}

async function inTransaction(pool: Pool, work: (client: PoolClient) => Promise<unknown>): Promise<void> {
  await withClient(pool, async client => {
    await client.query('begin')
    try {
      await work(client)
      await client.query('commit')
    } catch (error) {
      await client.query('rollback')
      throw error
    }
  })
}

async function retried(attempts: number, pool: Pool, work: (client: PoolClient) => Promise<unknown>) {
  for (const attempt of upTo(attempts)) {
    const trial = inTransaction(pool, async client => {
      await work(client)
      if (attempt < attempts) throw new Error('again')
    })
    await trial.catch(() => {})
  }
}

/** One client, transactions, cursors, attempts. */
export const transactions: readonly CorpusCase[] = [
  {
    name: 'a loop in a transaction',
    run: db =>
      inTransaction(db.pool, async client => {
        for (const id of upTo(12)) await client.query(findUser, [id]) // here: in-transaction
      }),
    expected: [{ kind: 'n-plus-one', count: 12, at: 'in-transaction' }],
  },
  {
    name: 'a transaction for each row',
    async run(db) {
      for (const id of upTo(12)) {
        await inTransaction(db.pool, async client => {
          await client.query(findUser, [id]) // here: transaction-each
        })
      }
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'transaction-each' }],
  },
  {
    name: 'a transaction of six look-ups that is tried again',
    run: db =>
      retried(2, db.pool, async client => {
        for (const id of upTo(6)) await client.query(findUser, [id])
      }),
    expected: [],
  },
  {
    name: 'a transaction of one write that is tried twelve times',
    run: db =>
      retried(12, db.pool, client => client.query('update jobs set status = $1 where id = $2', ['x', 1])),
    expected: [],
  },
  {
    name: 'a transaction with an N+1 that is tried again counts one attempt',
    run: db =>
      retried(2, db.pool, async client => {
        for (const id of upTo(12)) await client.query(findUser, [id]) // here: one-attempt
      }),
    expected: [{ kind: 'n-plus-one', count: 12, at: 'one-attempt' }],
  },
  {
    name: 'transactions for each row that are all given up: still one for each row',
    async run(db) {
      for (const id of upTo(12)) {
        const trial = inTransaction(db.pool, async client => {
          await client.query(findUser, [id]) // here: given-up
          throw new Error('no')
        })
        await trial.catch(() => {})
      }
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'given-up' }],
  },
  {
    name: 'a query that fails and is tried again with the same parameters',
    async run(db) {
      for (const _ of upTo(12)) {
        await db.pool.query('select 1 / ($1::int - 5) from users', [5]).catch(() => {})
      }
    },
    expected: [],
  },
  {
    name: 'savepoints for each row',
    run: db =>
      inTransaction(db.pool, async client => {
        for (const id of upTo(12)) {
          await client.query(`savepoint row_${id}`)
          await client.query('update jobs set status = $1 where id = $2', ['x', id]) // here: savepoints
          await client.query(`rollback to savepoint row_${id}`)
        }
      }),
    expected: [{ kind: 'write-loop', count: 12, at: 'savepoints' }],
  },
  {
    name: 'savepoints without queries of their own',
    run: db =>
      inTransaction(db.pool, async client => {
        for (const id of upTo(12)) {
          await client.query(`savepoint row_${id}`)
          await client.query(`release savepoint row_${id}`)
        }
      }),
    expected: [],
  },
  {
    name: 'a cursor declared in SQL, fetched in parts',
    run: db =>
      inTransaction(db.pool, async client => {
        await client.query('declare reader cursor for select * from messages')
        for (const _ of upTo(12)) await client.query('fetch 20 from reader')
      }),
    expected: [],
  },
  {
    name: 'a cursor of pg-cursor, read in parts',
    run: db =>
      withClient(db.pool, async client => {
        const cursor = client.query(new Cursor('select * from messages', []))
        for (const _ of upTo(12)) await cursor.read(20)
        await cursor.close()
      }),
    expected: [],
  },
  {
    name: 'a cursor of pg-cursor for each row',
    run: db =>
      withClient(db.pool, async client => {
        for (const id of upTo(12)) {
          const cursor = client.query(new Cursor('select * from messages where session_id = $1', [id])) // here: cursor-each
          await cursor.read(20)
          await cursor.close()
        }
      }),
    expected: [{ kind: 'n-plus-one', count: 12, at: 'cursor-each' }],
  },
]
