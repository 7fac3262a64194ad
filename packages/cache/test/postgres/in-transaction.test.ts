import { describeDatabases, gate } from '@voiceassist/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { afterCommit, inTransaction, isInTransaction, type SqlPool } from '#src/postgres'
import { openTransactions } from '#src/transaction-scope'
import { type TrackedDatabase, trackedDatabase } from './tracked-database.js'

const invalid = expect.objectContaining({ code: 'CACHE_TRANSACTION_INVALID', remedy: expect.any(String) })

describeDatabases('inTransaction', kind => {
  let db: TrackedDatabase
  let pool: SqlPool
  let log: string[]
  const note = (text: string) => () => void log.push(text)
  const ids = async () => (await db.query('select id::int from users order by id')).rows.map(row => row.id)
  const insert = (id: number) => `insert into users values (${id}, 1)`
  beforeAll(async () => {
    db = await trackedDatabase(kind)
    pool = kind === 'server' ? db.pool : barest(db.pool)
  })
  afterAll(() => db?.close())
  beforeEach(async () => {
    log = []
    await db.query('truncate users; delete from cache_outbox')
  })

  test('hooks run after the commit, in order, outside of the transaction and with the connection given back', async () => {
    const result = await inTransaction(pool, async tx => {
      tx.afterCommit(note('1'))
      await tx.query(insert(1))
      afterCommit(async () => {
        expect(isInTransaction()).toBe(false)
        const seen = await inTransaction(pool, other => other.query('select id::int from users'))
        log.push(`2 sees ${seen.rows.map(row => row.id)}`)
      })
      tx.afterCommit(note('3'))
      expect(log).toEqual([])
      return 'result'
    })
    expect(result).toBe('result')
    expect(log).toEqual(['1', '2 sees 1', '3'])
  })

  test('nothing escapes a rollback, and the error is the one that was thrown', async () => {
    const bug = new Error('bug')
    const failed = inTransaction(pool, async tx => {
      tx.afterCommit(note('hook'))
      await tx.query(insert(1))
      throw bug
    })
    await expect(failed).rejects.toBe(bug)
    expect([log, await ids(), await db.outbox(), openTransactions]).toEqual([[], [], [], 0])
  })

  test.each(['the transaction', 'its client', 'its pool'])('%s within itself is a savepoint', async which => {
    await inTransaction(pool, async tx => {
      const same = { 'the transaction': tx, 'its client': tx.client, 'its pool': pool }[which]!
      tx.afterCommit(note('outer 1'))
      await tx.query(insert(1))
      await inTransaction(same, async inner => {
        await inner.query(insert(2))
        inner.afterCommit(note('kept'))
        await expect(
          inTransaction(which === 'the transaction' ? inner : same, async innermost => {
            await innermost.query(insert(3))
            innermost.afterCommit(note('dropped'))
            afterCommit(note('dropped too'))
            throw new Error('bug')
          }),
        ).rejects.toThrow('bug')
      })
      await expect(
        inTransaction(same, async inner => {
          await inTransaction(inner, async innermost => {
            await innermost.query(insert(4))
            innermost.afterCommit(note('released into a savepoint that is rolled back'))
          })
          throw new Error('bug')
        }),
      ).rejects.toThrow('bug')
      await inTransaction(same, inner => inner.query(insert(5)))
      tx.afterCommit(note('outer 2'))
    })
    expect(log).toEqual(['outer 1', 'kept', 'outer 2'])
    expect(await ids()).toEqual([1, 2, 5])
  })

  test('a statement that failed in a savepoint leaves the transaction usable', async () => {
    await inTransaction(pool, async tx => {
      await tx.query(insert(1))
      const again = inTransaction(tx, inner => inner.query(insert(1)))
      await expect(again).rejects.toMatchObject({ code: '23505' })
      await tx.query(insert(2))
    })
    expect(await ids()).toEqual([1, 2])
  })

  test('COMMIT of a transaction whose failed statement was ignored is an error, and runs no hooks', async () => {
    const swallowed = inTransaction(pool, async tx => {
      tx.afterCommit(note('hook'))
      await tx.query(insert(1))
      await tx.query(insert(1)).catch(() => {})
    })
    await expect(swallowed).rejects.toMatchObject({
      code: kind === 'server' ? 'CACHE_TRANSACTION_INVALID' : '25P02',
    })
    expect([log, await ids()]).toEqual([[], []])
  })

  test('a commit that the database refuses runs no hooks', async () => {
    await db.query('create table if not exists once (id int unique deferrable initially deferred)')
    const refused = inTransaction(pool, async tx => {
      tx.afterCommit(note('hook'))
      await tx.query('insert into once values (1), (1)')
    })
    await expect(refused).rejects.toMatchObject({ code: '23505' })
    expect(log).toEqual([])
    expect(await inTransaction(pool, tx => tx.query('select 1 as one'))).toMatchObject({ rows: [{ one: 1 }] })
  })

  test('every hook runs though one fails; the commit stands and the error says so', async () => {
    const first = new Error('first')
    const committed = inTransaction(pool, async tx => {
      await tx.query(insert(1))
      tx.afterCommit(() => Promise.reject(first))
      tx.afterCommit(note('second'))
    })
    await expect(committed).rejects.toMatchObject({
      code: 'CACHE_AFTER_COMMIT_FAILED',
      cause: expect.objectContaining({ errors: [first] }),
    })
    expect([log, await ids()]).toEqual([['second'], [1]])
  })

  test('outside and afterwards there is nothing to run after', async () => {
    expect(() => afterCommit(() => {})).toThrow(invalid)
    const { late, tx } = await inTransaction(pool, tx => {
      const late = gate()
      const tried = late.opened.then(() => afterCommit(() => {}))
      tried.catch(() => {})
      return { late: { ...late, tried }, tx }
    })
    late.open()
    await expect(late.tried).rejects.toEqual(invalid)
    expect(() => tx.afterCommit(() => {})).toThrow(invalid)
    await expect(tx.query('select 1')).rejects.toEqual(invalid)
    await expect(inTransaction(tx, () => 1)).rejects.toEqual(invalid)
  })

  test('two savepoints at once are refused: they would end each other', async () => {
    await inTransaction(pool, async tx => {
      const first = gate()
      const both = [
        inTransaction(tx, async inner => {
          await first.opened
          await inner.query(insert(1))
        }),
        inTransaction(tx, inner => inner.query(insert(2))),
      ]
      await expect(both[1]).rejects.toEqual(invalid)
      first.open()
      await both[0]
    })
    expect(await ids()).toEqual([1])
  })

  test('isInTransaction is true for what a transaction calls, and for nobody else', async () => {
    const inside = gate()
    const leave = gate()
    let floating: Promise<boolean[]> | undefined
    expect(isInTransaction()).toBe(false)
    const running = inTransaction(pool, async tx => {
      await inTransaction(tx, async () => {
        floating = (async () => {
          const seen = [isInTransaction()]
          await inside.opened
          seen.push(isInTransaction()) // the savepoint is over, the transaction is not
          await running
          return [...seen, isInTransaction()]
        })()
      })
      inside.open()
      await leave.opened
      expect(isInTransaction()).toBe(true)
    })
    await inside.opened
    expect([isInTransaction(), openTransactions]).toEqual([false, 1])
    leave.open()
    await running
    expect(await floating).toEqual([true, true, false])
    expect(openTransactions).toBe(0)
  })
})

/** Clients of the barest shape: results name no command. */
function barest(pool: SqlPool): SqlPool {
  return {
    async connect() {
      const client = await pool.connect()
      return {
        query: async (text, params) => ({ rows: (await client.query(text, params)).rows }),
        release: error => client.release(error),
      }
    },
  }
}
