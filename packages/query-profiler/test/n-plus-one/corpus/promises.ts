import { EventEmitter, once } from 'node:events'
import type { Pool, QueryResult } from 'pg'
import { type CorpusCase, upTo } from './corpus-case.js'

const findUser = 'select * from users where id = $1'

/** One after the other, each called in the callback of the one before. */
function inCallbacks(pool: Pool, ids: readonly number[], done: () => void): void {
  const [id, ...rest] = ids
  if (id === undefined) done()
  else pool.query(findUser, [id], () => inCallbacks(pool, rest, done)) // here: callbacks
}

async function walk(pool: Pool, parent: number): Promise<number> {
  const found = await pool.query('select id from categories where parent_id = $1', [parent]) // here: tree
  let total = 1
  for (const child of found.rows) total += await walk(pool, child.id)
  return total
}

async function walkAtOnce(pool: Pool, parent: number): Promise<void> {
  const found = await pool.query('select id from categories where parent_id = $1', [parent]) // here: tree-at-once
  await Promise.all(found.rows.map(child => walkAtOnce(pool, child.id)))
}

async function managersOf(pool: Pool, id: number): Promise<void> {
  const found = await pool.query<{ manager_id: number }>('select manager_id from users where id = $1', [id]) // here: chain-of-rows
  if (found.rows[0]) await managersOf(pool, found.rows[0].manager_id)
}

const turn = () => new Promise<void>(resolve => setImmediate(resolve))

/** Everything that is not a loop with await. */
export const promises: readonly CorpusCase[] = [
  {
    name: 'Promise.all over map',
    run: db => Promise.all(upTo(12).map(id => db.pool.query(findUser, [id]))), // here: all
    expected: [{ kind: 'n-plus-one', count: 12, at: 'all' }],
  },
  {
    name: 'Promise.all over map of async functions, with its parent',
    async run(db) {
      const sessions = await db.pool.query('select * from sessions')
      await Promise.all(
        sessions.rows.map(async session => {
          await db.pool.query('select * from messages where session_id = $1', [session.id]) // here: all-async
        }),
      )
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'all-async', parent: 'from sessions' }],
  },
  {
    name: 'Promise.all over map, after an await in each',
    run: db =>
      Promise.all(
        upTo(12).map(async id => {
          await turn()
          await db.pool.query(findUser, [id]) // here: all-later
        }),
      ),
    expected: [{ kind: 'n-plus-one', count: 12, at: 'all-later' }],
  },
  {
    name: 'Promise.all over map where some await before and some do not',
    async run(db) {
      const ids = upTo(12)
      await Promise.all(
        ids.map(async id => {
          if (id % 2) await turn()
          return db.pool.query(findUser, [id]) // here: all-mixed
        }),
      )
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'all-mixed' }],
  },
  {
    name: 'Promise.allSettled on one connection',
    run: db => Promise.allSettled(upTo(12).map(id => db.narrowPool.query(findUser, [id]))), // here: narrow-all
    expected: [{ kind: 'n-plus-one', count: 12, at: 'narrow-all' }],
  },
  {
    name: 'a loop on one connection',
    async run(db) {
      for (const id of upTo(12)) await db.narrowPool.query(findUser, [id]) // here: narrow-loop
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'narrow-loop' }],
  },
  {
    name: 'a chain of then',
    run(db) {
      let last: Promise<QueryResult | undefined> = Promise.resolve(undefined)
      for (const id of upTo(12)) {
        last = last.then(() => db.pool.query(findUser, [id])) // here: then
      }
      return last
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'then' }],
  },
  {
    name: 'reduce with async functions',
    run: db =>
      upTo(12).reduce(async (before, id) => {
        await before
        await db.pool.query(findUser, [id]) // here: reduce
      }, Promise.resolve()),
    expected: [{ kind: 'n-plus-one', count: 12, at: 'reduce' }],
  },
  {
    name: 'callbacks that call the next query',
    run: db => new Promise<void>(done => inCallbacks(db.pool, upTo(12), done)),
    expected: [{ kind: 'n-plus-one', count: 12, at: 'callbacks' }],
  },
  {
    name: 'a walk through a tree',
    run: db => walk(db.pool, 1),
    expected: [{ kind: 'n-plus-one', count: 13, at: 'tree' }],
  },
  {
    name: 'a walk through a tree, siblings at once',
    run: db => walkAtOnce(db.pool, 1),
    expected: [{ kind: 'n-plus-one', count: 13, at: 'tree-at-once' }],
  },
  {
    name: 'a chain of rows, each found by the one before',
    run: db => managersOf(db.pool, 12),
    expected: [{ kind: 'n-plus-one', count: 13, at: 'chain-of-rows' }],
  },
  {
    name: 'a walk through a small tree',
    run: db => walk(db.pool, 2),
    expected: [],
  },
  {
    name: 'forEach with promises that nobody awaits there',
    async run(db) {
      const asked: Promise<unknown>[] = []
      upTo(12).forEach(async id => {
        const answer = db.pool.query(findUser, [id]) // here: for-each
        asked.push(answer)
        await answer
      })
      await Promise.all(asked)
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'for-each' }],
  },
  {
    name: 'queries from setTimeout',
    run: db =>
      Promise.all(
        upTo(12).map(
          id =>
            new Promise(resolve => {
              setTimeout(() => resolve(db.pool.query(findUser, [id])), 0) // here: timeout
            }),
        ),
      ),
    expected: [{ kind: 'n-plus-one', count: 12, at: 'timeout' }],
  },
  {
    name: 'queries from queueMicrotask',
    run: db =>
      Promise.all(
        upTo(12).map(
          id =>
            new Promise(resolve => {
              queueMicrotask(() => resolve(db.pool.query(findUser, [id]))) // here: microtask
            }),
        ),
      ),
    expected: [{ kind: 'n-plus-one', count: 12, at: 'microtask' }],
  },
  {
    name: 'queries from a listener of an EventEmitter',
    async run(db) {
      const asked: Promise<unknown>[] = []
      const emitter = new EventEmitter()
      emitter.on('user', (id: number) => {
        asked.push(db.pool.query(findUser, [id])) // here: emitter
      })
      for (const id of upTo(12)) emitter.emit('user', id)
      await Promise.all(asked)
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'emitter' }],
  },
  {
    name: 'a queue with three workers',
    async run(db) {
      const queue = upTo(15)
      const worker = async () => {
        for (let id = queue.shift(); id; id = queue.shift()) {
          await db.pool.query(findUser, [id]) // here: workers
        }
      }
      await Promise.all([worker(), worker(), worker()])
    },
    expected: [{ kind: 'n-plus-one', count: 15, at: 'workers' }],
  },
  {
    name: 'a queue that works when it is told of work',
    async run(db) {
      const queue = new EventEmitter()
      queue.on('work', async (ids: readonly number[]) => {
        if (ids.length === 0) return queue.emit('done')
        await db.pool.query(findUser, [ids[0]]) // here: told-of-work
        setImmediate(() => queue.emit('work', ids.slice(1)))
      })
      const done = once(queue, 'done')
      queue.emit('work', upTo(12))
      await done
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'told-of-work' }],
  },
  {
    name: 'twelve lines of one Promise.all, each its own',
    run: db => {
      const find = (id: number): [string, number[]] => [findUser, [id]]
      return Promise.all([
        db.pool.query(...find(1)),
        db.pool.query(...find(2)),
        db.pool.query(...find(3)),
        db.pool.query(...find(4)),
        db.pool.query(...find(5)),
        db.pool.query(...find(6)),
        db.pool.query(...find(7)),
        db.pool.query(...find(8)),
        db.pool.query(...find(9)),
        db.pool.query(...find(10)),
      ])
    },
    expected: [],
  },
]
