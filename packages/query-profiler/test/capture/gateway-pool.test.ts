import { describeDatabases, type TempDatabase, tempDatabase } from '@voiceassist/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { instrument } from '#src/capture/instrument'
import { RecordingObserver } from './recording-observer.js'

// A pool with a `connect` of its own, which waits, asks and lends anew, and clients whose `query` codes the errors.
describeDatabases('the pool of the gateway', kind => {
  let database: TempDatabase
  beforeAll(async () => {
    database = await tempDatabase({ kind })
  })
  afterAll(() => database.close())

  test('each query once, by its request, and the errors are the pool’s own', async () => {
    const { pool, db } = await database.open({ limits: { size: 1, maxOverflow: 0 } })
    const observer = new RecordingObserver()
    const { close } = instrument(pool, observer, observer.requests)
    const ask = async (id: string) => {
      const { rows } = await pool.query(`select 1 as a, '${id}' as b`)
      const client = await pool.connect()
      await client.query(`select $1::int as a, '${id}' as b`, [2])
      await expect(client.query(`selekt '${id}'`)).rejects.toMatchObject({ code: '42601' })
      client.release()
      await sql`select 3 as a, ${sql.lit(id)} as b`.execute(db)
      return rows
    }
    const found = await Promise.all(
      ['r1', 'r2'].map(id => observer.requests.runInRequest({ id, route: 'GET /' }, () => ask(id))),
    )
    expect(found).toEqual([[{ a: 1, b: 'r1' }], [{ a: 1, b: 'r2' }]])
    const asked = observer.records.filter(({ text }) => /'r\d'/.test(text))
    expect(asked).toHaveLength(8)
    expect(asked.filter(({ text, request }) => !text.includes(`'${request?.id}'`))).toEqual([])
    expect(asked.filter(({ sqlState }) => sqlState === '42601')).toHaveLength(2)
    expect(observer.flaws).toEqual([])
    close()
    expect(Object.getOwnPropertyNames(pool)).not.toContain('query')
  })

  test.skipIf(kind === 'pglite')('a connection that breaks', async () => {
    const { pool } = await database.open({ limits: { size: 1, maxOverflow: 0 } })
    const observer = new RecordingObserver()
    instrument(pool, observer, observer.requests)
    const client = await pool.connect()
    const broken = client.query('select pg_sleep(60)')
    const { stream } = (client as unknown as { connection: { stream: { destroy(error: Error): void } } })
      .connection
    stream.destroy(Object.assign(new Error('broken'), { code: 'ECONNRESET' }))
    await expect(broken).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' })
    client.release()
    expect(observer.records.at(-1)).toMatchObject({ sqlState: 'connection' })
    expect(observer.flaws).toEqual([])
  })
})
