import { type CorpusCase, type CorpusDatabase, upTo } from './corpus-case.js'

async function userOf(db: CorpusDatabase, id: number) {
  const found = await db.pool.query('select * from users where id = $1', [id]) // here: shared
  return found.rows[0]
}

/** As `userOf`, on a connection that it waits for first. */
async function userOnOwnConnection(db: CorpusDatabase, id: number) {
  const client = await db.pool.connect()
  try {
    const found = await client.query('select * from users where id = $1', [id]) // here: shared-later
    return found.rows[0]
  } finally {
    client.release()
  }
}

async function wholeNames(db: CorpusDatabase, ids: readonly number[]) {
  for (const id of ids) await userOf(db, id)
}

/** Requests, and functions that several places share. */
export const requests: readonly CorpusCase[] = [
  {
    name: 'two requests at once on one pool, six each',
    requests: 2,
    async run(db) {
      for (const id of upTo(6)) await db.pool.query('select * from users where id = $1', [id])
    },
    expected: [],
  },
  {
    name: 'two requests at once on one pool, twelve each',
    requests: 2,
    async run(db) {
      for (const id of upTo(12)) await db.pool.query('select * from users where id = $1', [id]) // here: two-requests
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'two-requests', requests: 2 }],
  },
  {
    name: 'two requests at once on one connection, twelve each',
    requests: 2,
    async run(db) {
      await Promise.all(upTo(12).map(id => db.narrowPool.query('select * from users where id = $1', [id]))) // here: two-narrow
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'two-narrow', requests: 2 }],
  },
  {
    name: 'thirty requests, one look-up each',
    requests: 30,
    run: db => userOf(db, 1),
    expected: [],
  },
  {
    name: 'a function shared by many, called in a loop',
    async run(db) {
      for (const id of upTo(12)) await userOf(db, id)
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'shared' }],
  },
  {
    name: 'a function shared by many, called in a loop two calls up',
    run: db => wholeNames(db, upTo(12)),
    expected: [{ kind: 'n-plus-one', count: 12, at: 'shared' }],
  },
  {
    name: 'a function shared by many, called six times from each of two lines',
    async run(db) {
      for (const id of upTo(6)) await userOf(db, id)
      for (const id of upTo(6)) await userOf(db, 6 + id)
    },
    expected: [],
  },
  {
    name: 'the same, after it waited for a connection',
    async run(db) {
      for (const id of upTo(6)) await userOnOwnConnection(db, id)
      for (const id of upTo(6)) await userOnOwnConnection(db, 6 + id)
    },
    expected: [],
  },
  {
    name: 'a function that waits for a connection first, called in a loop',
    async run(db) {
      for (const id of upTo(12)) await userOnOwnConnection(db, id)
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'shared-later' }],
  },
  {
    name: 'a function shared by many, called twelve times from each of two lines',
    async run(db) {
      for (const id of upTo(12)) await userOf(db, id)
      for (const id of upTo(14)) await userOf(db, 12 + id)
    },
    expected: [
      { kind: 'n-plus-one', count: 12, at: 'shared' },
      { kind: 'n-plus-one', count: 14, at: 'shared' },
    ],
  },
]
