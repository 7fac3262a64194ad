import { type CorpusCase, type CorpusDatabase, upTo } from './corpus-case.js'

const findUser = 'select * from users where id = $1'
const openSessions = 'select * from sessions order by id'

class MessageReader {
  constructor(private readonly db: CorpusDatabase) {}

  async of(sessionId: number) {
    const found = await this.db.pool.query('select * from messages where session_id = $1', [sessionId]) // here: class-method
    return found.rows
  }
}

async function* usersOneByOne(db: CorpusDatabase) {
  for (const id of upTo(12)) {
    const found = await db.pool.query(findUser, [id]) // here: async-generator
    yield found.rows[0]
  }
}

function* userQueries(db: CorpusDatabase) {
  for (const id of upTo(12)) {
    yield db.pool.query(findUser, [id]) // here: generator
  }
}

/** Sequential loops that await each query. */
export const loops: readonly CorpusCase[] = [
  {
    name: 'for-of with await, after the query for the parents',
    async run(db) {
      const sessions = await db.pool.query(openSessions)
      for (const session of sessions.rows) {
        await db.pool.query('select * from messages where session_id = $1', [session.id]) // here: for-of
      }
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'for-of', parent: 'from sessions' }],
  },
  {
    name: 'ids that come from elsewhere: no parent',
    async run(db) {
      await db.pool.query('select * from users limit 5')
      for (const id of upTo(11)) {
        await db.pool.query(findUser, [id]) // here: no-parent
      }
    },
    expected: [{ kind: 'n-plus-one', count: 11, at: 'no-parent', parent: null }],
  },
  {
    name: 'ten of them',
    async run(db) {
      for (const id of upTo(10)) await db.pool.query(findUser, [id]) // here: ten
    },
    expected: [{ kind: 'n-plus-one', count: 10, at: 'ten' }],
  },
  {
    name: 'nine of them',
    async run(db) {
      for (const id of upTo(9)) await db.pool.query(findUser, [id])
    },
    expected: [],
  },
  {
    name: 'a while loop with a hundred',
    async run(db) {
      let id = 100
      while (id-- > 0) await db.pool.query(findUser, [id]) // here: while
    },
    expected: [{ kind: 'n-plus-one', count: 100, at: 'while' }],
  },
  {
    name: 'for await over an async generator',
    async run(db) {
      for await (const user of usersOneByOne(db)) if (!user) break
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'async-generator' }],
  },
  {
    name: 'a generator whose promises are awaited by its reader',
    async run(db) {
      for (const asked of userQueries(db)) await asked
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'generator' }],
  },
  {
    name: 'a method of a class, called in a loop',
    async run(db) {
      const reader = new MessageReader(db)
      for (const id of upTo(12)) await reader.of(id)
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'class-method' }],
  },
  {
    name: 'an anonymous function, called in a loop',
    async run(db) {
      const tasks = upTo(12).map(id => async () => {
        await db.pool.query(findUser, [id]) // here: anonymous
      })
      for (const task of tasks) await task()
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'anonymous' }],
  },
  {
    name: 'two queries in one loop',
    async run(db) {
      for (const id of upTo(12)) {
        await db.pool.query(findUser, [id]) // here: pair-1
        await db.pool.query('select count(*) from messages where author_id = $1', [id]) // here: pair-2
      }
    },
    expected: [
      { kind: 'n-plus-one', count: 12, at: 'pair-1' },
      { kind: 'n-plus-one', count: 12, at: 'pair-2' },
    ],
  },
  {
    name: 'a loop in a loop',
    async run(db) {
      const sessions = await db.pool.query(openSessions)
      for (const session of sessions.rows) {
        const found = await db.pool.query('select * from messages where session_id = $1', [session.id]) // here: outer
        for (const message of found.rows.slice(0, 3)) {
          await db.pool.query(findUser, [message.author_id]) // here: inner
        }
      }
    },
    expected: [
      { kind: 'n-plus-one', count: 12, at: 'outer', parent: 'from sessions' },
      { kind: 'n-plus-one', count: 36, at: 'inner', parent: null },
    ],
  },
  {
    name: 'two loops over the same query at different lines, both long',
    async run(db) {
      for (const id of upTo(12)) await db.pool.query(findUser, [id]) // here: long-1
      for (const id of upTo(12)) await db.pool.query(findUser, [id]) // here: long-2
    },
    expected: [
      { kind: 'n-plus-one', count: 12, at: 'long-1' },
      { kind: 'n-plus-one', count: 12, at: 'long-2' },
    ],
  },
  {
    name: 'two loops over the same query at different lines, both short',
    async run(db) {
      for (const id of upTo(6)) await db.pool.query(findUser, [id])
      for (const id of upTo(6)) await db.pool.query(findUser, [id])
    },
    expected: [],
  },
  {
    name: 'one loop that takes turns between two lines',
    async run(db) {
      for (const id of upTo(24)) {
        if (id % 2)
          await db.pool.query(findUser, [id]) // here: odd
        else await db.pool.query(findUser, [id]) // here: even
      }
    },
    expected: [
      { kind: 'n-plus-one', count: 12, at: 'odd' },
      { kind: 'n-plus-one', count: 12, at: 'even' },
    ],
  },
  {
    name: 'twelve different statements, once each',
    async run(db) {
      const columns = ['id', 'name', 'manager_id']
      for (const column of columns) {
        for (const other of [...columns, 'id + 1']) {
          await db.pool.query(`select ${column}, ${other} as other from users where id = $1`, [1])
        }
      }
    },
    expected: [],
  },
  {
    name: 'queries that fail in a loop',
    async run(db) {
      for (const id of upTo(12)) {
        await db.pool.query('select 1 / ($1::int - $1::int) from users', [id]).catch(() => {}) // here: failing
      }
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'failing' }],
  },
  {
    name: 'ids written into the text instead of parameters',
    async run(db) {
      for (const id of upTo(12)) {
        await db.pool.query(`select * from users where id = ${id}`) // here: literals
      }
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'literals' }],
  },
  {
    name: 'a named prepared statement in a loop',
    async run(db) {
      for (const id of upTo(12)) {
        await db.pool.query({ name: 'find-user', text: findUser, values: [id] }) // here: prepared
      }
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'prepared' }],
  },
  {
    name: 'the latest rows of each of many: a limit alone does not make a page',
    async run(db) {
      for (const id of upTo(12)) {
        await db.pool.query('select * from messages where session_id = $1 order by id desc limit 3', [id]) // here: latest
      }
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'latest' }],
  },
  {
    name: 'the next rows of each of many, from one place on',
    async run(db) {
      for (const id of upTo(12)) {
        const text = 'select * from messages where session_id = $1 and id > $2 order by id limit 3'
        await db.pool.query(text, [id, 5]) // here: next-of-each
      }
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'next-of-each' }],
  },
  {
    name: 'the single next row after each of many',
    async run(db) {
      for (const id of upTo(12)) {
        await db.pool.query('select * from messages where id > $1 order by id limit 1', [id]) // here: next-one
      }
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'next-one' }],
  },
]
