import { setTimeout as wait } from 'node:timers/promises'
import { type CorpusCase, upTo } from './corpus-case.js'

const findUser = 'select * from users where id = $1'

/** Equal parameters, polls, pages, and what belongs to the house. */
export const repeats: readonly CorpusCase[] = [
  {
    name: 'the same id twelve times',
    async run(db) {
      for (const _ of upTo(12)) await db.pool.query(findUser, [7]) // here: same-id
    },
    expected: [{ kind: 'duplicate', count: 12, at: 'same-id' }],
  },
  {
    name: 'the same id twelve times at once',
    run: db => Promise.all(upTo(12).map(() => db.pool.query(findUser, [7]))), // here: same-at-once
    expected: [{ kind: 'duplicate', count: 12, at: 'same-at-once' }],
  },
  {
    name: 'the same text without parameters',
    async run(db) {
      for (const _ of upTo(12)) await db.pool.query("select * from sessions where status = 'open'") // here: same-text
    },
    expected: [{ kind: 'duplicate', count: 12, at: 'same-text' }],
  },
  {
    name: 'the same id in the text',
    async run(db) {
      for (const _ of upTo(12)) await db.pool.query(`select * from users where id = ${7}`) // here: same-literal
    },
    expected: [{ kind: 'duplicate', count: 12, at: 'same-literal' }],
  },
  {
    name: 'the same id under a comment that differs',
    async run(db) {
      for (const n of upTo(12)) {
        await db.pool.query(`/* traceparent='00-${n}' */ ${findUser}`, [7]) // here: same-comment
      }
    },
    expected: [{ kind: 'duplicate', count: 12, at: 'same-comment' }],
  },
  {
    name: 'equal dates, arrays and objects',
    async run(db) {
      for (const _ of upTo(12)) {
        const values = [new Date(0), { a: [1, null] }, Buffer.from('x')]
        await db.pool.query('select $1::timestamptz, $2::jsonb, $3::bytea from users', values) // here: same-objects
      }
    },
    expected: [{ kind: 'duplicate', count: 12, at: 'same-objects' }],
  },
  {
    name: 'dates that differ',
    async run(db) {
      for (const n of upTo(12)) {
        await db.pool.query('select $1::timestamptz from users', [new Date(n)]) // here: other-dates
      }
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'other-dates' }],
  },
  {
    name: 'two ids in turns',
    async run(db) {
      for (const id of upTo(12)) await db.pool.query(findUser, [id % 2]) // here: two-ids
    },
    expected: [{ kind: 'duplicate', count: 12, at: 'two-ids' }],
  },
  {
    name: 'forty look-ups of twenty rows',
    async run(db) {
      for (const id of upTo(40)) await db.pool.query(findUser, [id % 20]) // here: twenty-of-forty
    },
    expected: [{ kind: 'n-plus-one', count: 40, at: 'twenty-of-forty' }],
  },
  {
    name: 'a row that is asked for until it changes',
    async run(db) {
      for (const _ of upTo(12)) {
        await db.pool.query('select status from jobs where id = $1', [1])
        await wait(3)
      }
    },
    expected: [],
  },
  {
    name: 'different rows, with a wait between',
    async run(db) {
      for (const id of upTo(12)) {
        await db.pool.query('select status from jobs where id = $1', [id]) // here: waits-between
        await wait(3)
      }
    },
    expected: [{ kind: 'n-plus-one', count: 12, at: 'waits-between' }],
  },
  {
    name: 'one look-up that is repeated while others run',
    async run(db) {
      for (const id of upTo(12)) {
        await db.pool.query("select status from jobs where status = 'waiting'") // here: repeated-between
        await db.pool.query(`select pg_sleep(0.002), ${id} as n_${id}`)
      }
    },
    expected: [{ kind: 'duplicate', count: 12, at: 'repeated-between' }],
  },
  {
    name: 'pages by key, all of them',
    async run(db) {
      let last = 0
      for (;;) {
        const page = await db.pool.query('select id from messages where id > $1 order by id limit 20', [last])
        if (page.rows.length === 0) break
        last = page.rows.at(-1).id
      }
    },
    expected: [],
  },
  {
    name: 'pages by two keys, within one author',
    async run(db) {
      const text =
        'select session_id, id from messages where author_id > $1 and (session_id, id) > ($2, $3) order by session_id, id limit $4'
      let last = { session_id: 0, id: 0 }
      for (;;) {
        const page = await db.pool.query(text, [0, last.session_id, last.id, 20])
        if (page.rows.length === 0) break
        last = page.rows.at(-1)
      }
    },
    expected: [],
  },
  {
    name: 'pages by offset',
    async run(db) {
      for (const page of upTo(12)) {
        await db.pool.query('select * from messages order by id limit $1 offset $2', [20, (page - 1) * 20])
      }
    },
    expected: [],
  },
  {
    name: 'pages by an offset, at once',
    run: db => {
      const text = 'select * from messages order by id limit $1 offset $2'
      return Promise.all(upTo(12).map(page => db.pool.query(text, [20, (page - 1) * 20])))
    },
    expected: [],
  },
  {
    name: 'pages by an offset in the text',
    async run(db) {
      for (const page of upTo(12)) {
        await db.pool.query(`select * from messages order by id limit 20 offset ${(page - 1) * 20}`)
      }
    },
    expected: [],
  },
  {
    name: 'advisory locks that are tried again and again',
    async run(db) {
      for (const key of upTo(12)) {
        await db.pool.query('select pg_try_advisory_lock($1)', [key])
        await db.pool.query('select pg_advisory_unlock($1)', [key])
      }
    },
    expected: [],
  },
  {
    name: 'a queue read with skip locked',
    async run(db) {
      for (const _ of upTo(12)) {
        await db.pool.query(
          "select id from jobs where status = 'waiting' order by id limit 1 for update skip locked",
        )
      }
    },
    expected: [],
  },
  {
    name: 'health checks',
    async run(db) {
      for (const _ of upTo(12)) await db.pool.query('select 1')
    },
    expected: [],
  },
  {
    name: 'settings',
    async run(db) {
      for (const n of upTo(12)) await db.pool.query(`set application_name = 'worker ${n}'`)
    },
    expected: [],
  },
]
