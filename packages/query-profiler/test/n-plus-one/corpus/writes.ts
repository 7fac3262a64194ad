import type { Pool } from 'pg'
import { type CorpusCase, upTo } from './corpus-case.js'

async function inTransaction(pool: Pool, work: (query: Pool['query']) => Promise<unknown>): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await work(client.query.bind(client) as Pool['query'])
  } finally {
    await client.query('rollback')
    client.release()
  }
}

const insertMessage = 'insert into messages (id, session_id, author_id, body) values ($1, $2, $3, $4)'

/** Statements that write; all in transactions that are rolled back, so that the tables stay as they are. */
export const writes: readonly CorpusCase[] = [
  {
    name: 'an insert for each row',
    run: db =>
      inTransaction(db.pool, async query => {
        for (const id of upTo(12)) {
          await query(insertMessage, [1000 + id, 1, 1, 'text']) // here: insert
        }
      }),
    expected: [{ kind: 'write-loop', count: 12, at: 'insert' }],
  },
  {
    name: 'inserts at once',
    run: db =>
      inTransaction(db.pool, async query => {
        await Promise.all(upTo(12).map(id => query(insertMessage, [1000 + id, 1, 1, 'text']))) // here: insert-all
      }),
    expected: [{ kind: 'write-loop', count: 12, at: 'insert-all' }],
  },
  {
    name: 'an insert of several rows, in batches',
    run: db =>
      inTransaction(db.pool, async query => {
        for (const batch of upTo(12)) {
          const rows = upTo(5).map(row => `(${1000 + batch * 5 + row}, 1, 1, 'text')`)
          await query(`insert into messages (id, session_id, author_id, body) values ${rows}`)
        }
      }),
    expected: [],
  },
  {
    name: 'an insert from unnest, in batches',
    run: db =>
      inTransaction(db.pool, async query => {
        for (const batch of upTo(12)) {
          const ids = upTo(5).map(row => 1000 + batch * 5 + row)
          await query('insert into jobs (id, status) select id, $2 from unnest($1::int[]) as t (id)', [
            ids,
            'x',
          ])
        }
      }),
    expected: [],
  },
  {
    name: 'an update for each row',
    run: db =>
      inTransaction(db.pool, async query => {
        for (const id of upTo(12)) {
          await query('update sessions set status = $2 where id = $1', [id, 'closed']) // here: update
        }
      }),
    expected: [{ kind: 'write-loop', count: 12, at: 'update' }],
  },
  {
    name: 'an update from a list of values, in batches',
    run: db =>
      inTransaction(db.pool, async query => {
        const text =
          'update users u set name = v.name from (values ($1::int, $2), ($3, $4)) as v (id, name) where u.id = v.id'
        for (const id of upTo(12)) await query(text, [id, 'a', id + 12, 'b'])
      }),
    expected: [],
  },
  {
    name: 'the same update again and again',
    run: db =>
      inTransaction(db.pool, async query => {
        for (const _ of upTo(12)) {
          await query('update sessions set status = $2 where id = $1', [1, 'closed']) // here: update-same
        }
      }),
    expected: [{ kind: 'write-loop', count: 12, at: 'update-same' }],
  },
  {
    name: 'a delete for each row',
    run: db =>
      inTransaction(db.pool, async query => {
        for (const id of upTo(12)) {
          await query('delete from jobs where id = $1', [id]) // here: delete
        }
      }),
    expected: [{ kind: 'write-loop', count: 12, at: 'delete' }],
  },
  {
    name: 'a delete of a list, in batches',
    run: db =>
      inTransaction(db.pool, async query => {
        for (const id of upTo(12)) await query('delete from jobs where id = any($1)', [[id, id + 12]])
      }),
    expected: [],
  },
  {
    name: 'an insert or update for each row',
    run: db =>
      inTransaction(db.pool, async query => {
        for (const id of upTo(12)) {
          const text =
            'insert into tags (name) values ($1) on conflict (name) do update set uses = tags.uses + 1'
          await query(text, [`tag ${id % 3}`]) // here: upsert
        }
      }),
    expected: [{ kind: 'write-loop', count: 12, at: 'upsert' }],
  },
  {
    name: 'a merge for each row',
    run: db =>
      inTransaction(db.pool, async query => {
        for (const id of upTo(12)) {
          const text =
            'merge into jobs j using (select $1::int as id) s on j.id = s.id when matched then update set status = $2'
          await query(text, [id, 'done']) // here: merge
        }
      }),
    expected: [{ kind: 'write-loop', count: 12, at: 'merge' }],
  },
  {
    name: 'a look-up and a write for each row',
    run: db =>
      inTransaction(db.pool, async query => {
        for (const id of upTo(12)) {
          const found = await query('select * from users where id = $1', [id]) // here: read-then
          await query('update sessions set status = $1 where user_id = $2', ['x', found.rows[0].id]) // here: then-write
        }
      }),
    expected: [
      { kind: 'n-plus-one', count: 12, at: 'read-then' },
      { kind: 'write-loop', count: 12, at: 'then-write' },
    ],
  },
]
