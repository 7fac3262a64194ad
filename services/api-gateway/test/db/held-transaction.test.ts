import { describeDatabases, gate, type TempDatabase, tempDatabase } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction } from '#src/db/held-transaction'
import type { OpenDatabase } from '#src/db/open-database'

describeDatabases('a transaction', kind => {
  let temp: TempDatabase
  let database: OpenDatabase
  beforeAll(async () => {
    temp = await tempDatabase({ kind })
    database = await temp.open({ limits: { size: 2 } })
  })
  afterAll(() => temp?.close())

  const settings = async () =>
    (await database.db.selectFrom('settings').select('key').where('key', 'like', 'test-%').execute()).length
  const row = (key: string) => ({ key, value: '{}' })
  const refused = { code: 'ACQUIRE_IN_TRANSACTION' }

  test('is refused a second connection in every way there is, at once', async () => {
    await inTransaction(database.db, async transaction => {
      await transaction.insertInto('settings').values(row('test-1')).execute()
      await expect(settings()).rejects.toMatchObject(refused)
      await expect(database.pool.query('select 1')).rejects.toMatchObject(refused)
      await expect(database.pool.connect()).rejects.toMatchObject(refused)
      await expect(inTransaction(database.db, async () => {})).rejects.toMatchObject(refused)
      const error = await new Promise(resolve => {
        database.pool.connect(failure => resolve(failure))
      })
      expect(error).toMatchObject(refused)
      await Promise.resolve().then(() => expect(settings()).rejects.toMatchObject(refused))
    })
    expect(await settings()).toBe(1)
  })

  test('is refused it in work that it did not await, and allowed it once it has ended', async () => {
    const ended = gate()
    let during: Promise<unknown> = Promise.resolve()
    let after: Promise<unknown> = Promise.resolve()
    await inTransaction(database.db, async transaction => {
      await transaction.insertInto('settings').values(row('test-2')).execute()
      during = Promise.resolve().then(settings)
      after = ended.opened.then(settings)
      await expect(during).rejects.toMatchObject(refused)
    })
    ended.open()
    expect(await after).toBe(2)
  })

  test('that fails is rolled back, and its error is the one that was thrown', async () => {
    const error = new Error('on purpose')
    const failing = inTransaction(database.db, async transaction => {
      await transaction.insertInto('settings').values(row('test-3')).execute()
      throw error
    })
    await expect(failing).rejects.toBe(error)
    expect(await settings()).toBe(2)
    const throwing = () => {
      throw error
    }
    await expect(inTransaction(database.db, throwing)).rejects.toBe(error)
    expect(await settings()).toBe(2)
  })

  test('does not bind callers beside it', async () => {
    const [inside, outside] = [gate(), gate()]
    const transaction = inTransaction(database.db, async () => {
      inside.open()
      await outside.opened
    })
    await inside.opened
    const beside = settings()
    if (kind === 'server') expect(await beside).toBe(2) // the embedded one has a single connection
    outside.open()
    await transaction
    expect(await beside).toBe(2)
  })
})
