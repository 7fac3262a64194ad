import { authorById, type BlindCase, booksOf, ids, idsOf } from './blind-case.js'

const nPlusOne = 'n-plus-one' as const

async function* eachBook(on: Parameters<BlindCase['run']>[0], authors: readonly number[]) {
  for (const author of authors) yield await on.pool.query(on.here(booksOf), [author])
}

async function walk(on: Parameters<BlindCase['run']>[0], id: number): Promise<void> {
  const { rows } = await on.pool.query(on.here('select id from nodes where parent = $1'), [id])
  for (const row of rows) await walk(on, row.id)
}

const authorOf = (on: Parameters<BlindCase['run']>[0], id: number) => on.pool.query(on.here(authorById), [id])

/** Loops of pg alone. */
export const plainCases: readonly BlindCase[] = [
  {
    name: 'for of, with the parent before it',
    async run(on) {
      for (const id of await idsOf(on.pool, 8)) await on.pool.query(on.here(booksOf), [id])
    },
    found: [{ kind: nPlusOne, count: 8, function: 'run', parent: 'authors', fix: /ANY|join/i }],
  },
  {
    name: 'Promise.all',
    async run(on) {
      const all = await idsOf(on.pool, 6)
      await Promise.all(all.map(id => on.pool.query(on.here(booksOf), [id])))
    },
    found: [{ kind: nPlusOne, count: 6, parent: 'authors' }],
  },
  {
    name: 'allSettled after another await',
    async run(on) {
      await Promise.allSettled(
        ids(7).map(async id => {
          await new Promise(setImmediate)
          return on.pool.query(on.here(booksOf), [id])
        }),
      )
    },
    found: [{ kind: nPlusOne, count: 7, parent: null }],
  },
  {
    name: 'an async generator',
    async run(on) {
      for await (const _ of eachBook(on, await idsOf(on.pool, 6)));
    },
    found: [{ kind: nPlusOne, count: 6, function: 'eachBook', parent: 'authors' }],
  },
  {
    name: 'a recursion over a tree',
    run: on => walk(on, 1),
    found: [{ kind: nPlusOne, count: 15, function: 'walk', fix: /recursive/i }],
  },
  {
    name: 'a chain of then',
    run: on =>
      ids(6).reduce<Promise<unknown>>(
        (before, id) => before.then(() => on.pool.query(on.here(booksOf), [id])),
        Promise.resolve(),
      ),
    found: [{ kind: nPlusOne, count: 6 }],
  },
  {
    name: 'callbacks, one after the other',
    run: on =>
      new Promise<void>((resolve, reject) => {
        const next = (id: number): void => {
          if (id > 6) resolve()
          else on.pool.query(on.here(booksOf), [id], error => (error ? reject(error) : next(id + 1)))
        }
        next(1)
      }),
    found: [{ kind: nPlusOne, count: 6, function: 'next' }],
  },
  {
    name: 'a helper that is called in a loop',
    async run(on) {
      for (const id of ids(9)) await authorOf(on, id)
    },
    found: [{ kind: nPlusOne, count: 9, function: 'authorOf' }],
  },
  {
    name: 'literals instead of parameters',
    async run(on) {
      for (const id of ids(6)) await on.pool.query(on.here(`select * from authors where id = ${id}`))
    },
    found: [{ kind: nPlusOne, count: 6 }],
  },
  {
    name: 'two queries in turn',
    async run(on) {
      for (const id of ids(5)) {
        await on.pool.query(authorById, [id])
        await on.pool.query(booksOf, [id])
      }
    },
    found: [
      { kind: nPlusOne, count: 5 },
      { kind: nPlusOne, count: 5 },
    ],
  },
  {
    name: 'in a transaction',
    async run(on) {
      const client = await on.pool.connect()
      await client.query('begin')
      for (const id of ids(6)) await client.query(on.here(booksOf), [id])
      await client.query('commit')
      client.release()
    },
    found: [{ kind: nPlusOne, count: 6 }],
  },
  {
    name: 'a transaction each',
    async run(on) {
      for (const id of ids(6)) {
        const client = await on.pool.connect()
        await client.query('begin')
        await client.query(on.here('update authors set name = $2 where id = $1'), [id, `n${id}`])
        await client.query('commit')
        client.release()
      }
    },
    found: [{ kind: 'write-loop', count: 6, fix: /update/i }],
  },
  {
    name: 'inserts',
    async run(on) {
      for (const id of ids(6))
        await on.pool.query(on.here('insert into books (author, title) values ($1, $2)'), [id, 'x'])
    },
    found: [{ kind: 'write-loop', count: 6, fix: /unnest|several rows/i }],
  },
  {
    name: 'deletes all at once',
    run: on =>
      Promise.all(ids(5).map(id => on.pool.query(on.here('delete from books where id = $1'), [90_000 + id]))),
    found: [{ kind: 'write-loop', count: 5, fix: /ANY/ }],
  },
  {
    name: 'the same again and again',
    async run(on) {
      for (const _ of ids(8)) await on.pool.query(on.here(authorById), [3])
    },
    found: [{ kind: 'duplicate', count: 8, fix: /cache|once/i }],
  },
  {
    name: 'the same all at once',
    run: on =>
      Promise.all(ids(8).map(() => on.pool.query(on.here("select * from authors where name = 'a1'")))),
    found: [{ kind: 'duplicate', count: 8, fix: /cache|once/i }],
  },
  {
    name: 'a threshold of 2',
    threshold: 2,
    async run(on) {
      for (const id of ids(2)) await on.pool.query(on.here(booksOf), [id])
    },
    found: [{ kind: nPlusOne, count: 2 }],
  },
  {
    name: 'a threshold of 10, reached',
    threshold: 10,
    async run(on) {
      for (const id of ids(10)) await on.pool.query(on.here(booksOf), [id])
    },
    found: [{ kind: nPlusOne, count: 10 }],
  },
  {
    name: 'thousands',
    async run(on) {
      for (const id of ids(2000)) await on.pool.query(on.here(authorById), [id])
    },
    found: [{ kind: nPlusOne, count: 2000 }],
  },
  {
    name: 'some of them fail',
    async run(on) {
      for (const id of ids(8))
        await on.pool
          .query(on.here('select 10 / ($1::int % 2) from authors where id = $1'), [id])
          .catch(() => {})
    },
    found: [{ kind: nPlusOne, count: 8 }],
  },
  {
    name: 'while, with a cursor of its own making',
    async run(on) {
      const left = ids(6)
      while (left.length > 0) await on.pool.query(on.here({ text: booksOf, values: [left.pop()] }))
    },
    found: [{ kind: nPlusOne, count: 6 }],
  },
  {
    name: 'prepared statements on a client',
    async run(on) {
      const client = await on.pool.connect()
      for (const id of ids(6)) await client.query(on.here({ name: 'b', text: booksOf, values: [id] }))
      client.release()
    },
    found: [{ kind: nPlusOne, count: 6 }],
  },
  {
    name: 'pairs that are looked up by two columns',
    async run(on) {
      for (const id of ids(6))
        await on.pool.query(on.here('select * from books where author = $1 and title = $2'), [id, 'x'])
    },
    found: [{ kind: nPlusOne, count: 6, fix: /unnest/ }],
  },
  {
    name: 'aggregates for each',
    async run(on) {
      for (const id of await idsOf(on.pool, 6))
        await on.pool.query(on.here('select count(*) from books where author = $1'), [id])
    },
    found: [{ kind: nPlusOne, count: 6, parent: 'authors' }],
  },
  {
    name: 'an emitter that answers each event',
    async run(on) {
      const { EventEmitter } = await import('node:events')
      const emitter = new EventEmitter()
      const asked: Promise<unknown>[] = []
      emitter.on('author', id => asked.push(on.pool.query(on.here(booksOf), [id])))
      for (const id of ids(6)) emitter.emit('author', id)
      await Promise.all(asked)
    },
    found: [{ kind: nPlusOne, count: 6 }],
  },
]
