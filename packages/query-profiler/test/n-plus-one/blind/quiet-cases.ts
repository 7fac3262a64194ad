import { gate } from '@voiceassist/testkit'
import DataLoader from 'dataloader'
import Cursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import { authorById, type BlindCase, booksOf, ids } from './blind-case.js'

/** What looks like it and is none. */
export const quietCases: readonly BlindCase[] = [
  {
    name: 'one less than the threshold',
    async run({ pool }) {
      for (const id of ids(4)) await pool.query(booksOf, [id])
    },
  },
  {
    name: 'nine of ten',
    threshold: 10,
    async run({ pool }) {
      for (const id of ids(9)) await pool.query(booksOf, [id])
    },
  },
  {
    name: 'different statements in one loop',
    async run({ pool }) {
      for (const column of ['id', 'name', 'team', 'born', 'note', 'city'])
        await pool.query(`select ${column} from authors where id = $1`, [1])
    },
  },
  {
    name: 'from different lines',
    async run({ pool }) {
      await pool.query(authorById, [1])
      await pool.query(authorById, [2])
      await pool.query(authorById, [3])
      await pool.query(authorById, [4])
      await pool.query(authorById, [5])
      await pool.query(authorById, [6])
    },
  },
  {
    name: 'chunks of = ANY',
    async run({ pool }) {
      for (const from of [1, 101, 201, 301, 401, 501])
        await pool.query('select * from authors where id = any($1)', [ids(100, from)])
    },
  },
  {
    name: 'chunks of IN',
    async run({ pool }) {
      for (const from of [1, 51, 101, 151, 201, 251])
        await pool.query(`select * from authors where id in (${ids(50, from).join(', ')})`)
    },
  },
  {
    name: 'chunks of inserted rows',
    async run({ pool }) {
      for (const from of [1, 2, 3, 4, 5, 6])
        await pool.query('insert into books (author, title) values ($1, $2), ($3, $4)', [
          from,
          'a',
          from,
          'b',
        ])
    },
  },
  {
    name: 'batches of unnest',
    async run({ pool }) {
      for (const from of [1, 11, 21, 31, 41, 51])
        await pool.query('insert into books (author, title) select * from unnest($1::int[], $2::text[])', [
          ids(10, from),
          ids(10).map(String),
        ])
    },
  },
  {
    name: 'a DataLoader, level by level',
    async run({ pool }) {
      const loader = new DataLoader<number, unknown>(
        async keys => {
          const { rows } = await pool.query('select * from authors where id = any($1)', [keys])
          return keys.map(key => rows.find(({ id }) => id === key))
        },
        { cache: false },
      )
      for (const level of [1, 2, 3, 4, 5, 6]) await loader.loadMany(ids(5, level * 5))
    },
  },
  {
    name: 'pages by keyset',
    async run({ pool }) {
      let last = 0
      for (let page = 0; page < 7; page++) {
        const { rows } = await pool.query('select id from authors where id > $1 order by id limit 50', [last])
        last = rows.at(-1).id
      }
    },
  },
  {
    name: 'pages of a cursor',
    async run({ pool }) {
      const client = await pool.connect()
      const cursor = client.query(new Cursor('select * from authors order by id'))
      for (let page = 0; page < 8; page++) await cursor.read(20)
      await cursor.close()
      client.release()
    },
  },
  {
    name: 'a stream',
    async run({ pool }) {
      const client = await pool.connect()
      for await (const _ of client.query(
        new QueryStream('select * from authors limit 500', [], { batchSize: 20 }),
      ));
      client.release()
    },
  },
  {
    name: 'FETCH in a transaction',
    async run({ pool }) {
      const client = await pool.connect()
      await client.query('begin')
      await client.query('declare c cursor for select * from authors')
      for (let page = 0; page < 8; page++) await client.query('fetch 50 from c')
      await client.query('commit')
      client.release()
    },
  },
  {
    name: 'settings, savepoints and locks',
    async run({ pool }) {
      const client = await pool.connect()
      for (const id of ids(8)) {
        await client.query('begin')
        await client.query(`set local work_mem = '${id}MB'`)
        await client.query('select pg_advisory_xact_lock($1)', [id])
        await client.query(`savepoint s${id}`)
        await client.query('commit')
      }
      client.release()
    },
  },
  {
    name: 'health checks',
    async run({ pool }) {
      for (const _ of ids(8)) await pool.query('select 1')
    },
  },
  {
    name: 'two requests at a time that share a line',
    async run({ pool, profiler }) {
      const ask = (id: number) => pool.query(authorById, [id])
      await Promise.all(
        [1, 2].map(request =>
          profiler.runInRequest({ id: `inner ${request}`, route: 'GET /inner' }, async () => {
            for (const id of ids(4)) await ask(id)
          }),
        ),
      )
    },
  },
  {
    name: 'a request each',
    async run({ pool, profiler }) {
      for (const id of ids(8))
        await profiler.runInRequest({ id: String(id), route: 'GET /inner' }, () =>
          pool.query(authorById, [id]),
        )
    },
  },
  {
    name: 'a transaction that is tried again',
    async run({ pool }) {
      for (let attempt = 0; attempt < 3; attempt++) {
        const client = await pool.connect()
        await client.query('begin')
        for (const id of [1, 2]) await client.query('update authors set name = $2 where id = $1', [id, 'x'])
        await client.query(attempt < 2 ? 'rollback' : 'commit')
        client.release()
      }
    },
  },
  {
    name: 'what goes on after the request',
    async run({ pool, profiler }) {
      let later: Promise<void> | undefined
      const ended = gate()
      await profiler.runInRequest({ id: 'short', route: 'GET /short' }, () => {
        later = ended.opened.then(async () => {
          for (const id of ids(8)) await pool.query(booksOf, [id])
        })
      })
      ended.open()
      await later
    },
  },
]
