import { gate, type TempDatabase, tempDatabase } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BorrowedConnection, EmbeddedExplainer } from '#src/plan/embedded-explainer'

describe('an explainer on the embedded database', () => {
  let temp: TempDatabase
  let pool: Awaited<ReturnType<TempDatabase['open']>>['pool']
  let explainer: EmbeddedExplainer
  let isFree = true

  beforeAll(async () => {
    temp = await tempDatabase({ kind: 'pglite', migrated: false })
    pool = (await temp.open()).pool
    await pool.query('create table people (id int primary key, email text)')
    await pool.query("insert into people select i, 'p' || i from generate_series(1, 5000) i")
    await pool.query('create index people_email on people (email)')
    await pool.query("create function own(x int) returns int stable language sql as 'select x'")
    await pool.query('analyze')
    const borrow = async () =>
      isFree ? ((await pool.connect()) as unknown as BorrowedConnection) : undefined
    explainer = new EmbeddedExplainer({ borrow })
  })
  afterAll(() => temp.close())

  test('plans with values, without values, and for literals', async () => {
    const sql = 'select * from people where email = $1'
    const node = { 'Node Type': 'Index Scan', 'Index Name': 'people_email' }
    const bound = await explainer.explain({ sql, values: ['CANARY'] })
    expect(bound).toMatchObject({
      plan: { Plan: { ...node, 'Index Cond': '(email = ?::text)' } },
      generic: false,
    })
    expect(await explainer.explain({ sql })).toMatchObject({ plan: { Plan: node }, generic: true })
    const literal = await explainer.explain({ sql: sql.replace('$1', "'CANARY'") })
    expect(literal).toMatchObject({ plan: { Plan: node }, generic: false })
    expect(JSON.stringify([bound, literal])).not.toContain('CANARY')
  })

  test('runs nothing, and plans nothing that calls a function of the database itself', async () => {
    expect(await explainer.explain({ sql: 'select * from people', analyze: true })).toMatchObject({
      plan: { analyzed: false },
      notRun: 'Nothing is run on the only connection',
    })
    expect(await explainer.explain({ sql: 'select * from people where own(id) = 5' })).toMatchObject({
      skipped: 'unsafe function',
    })
  })

  test('leaves the connection as it was, errors or not', async () => {
    expect(await explainer.explain({ sql: "select * from people where id = 'CANARY'" })).toMatchObject({
      skipped: 'failed',
      reason: expect.not.stringContaining('CANARY'),
    })
    expect(await explainer.explain({ sql: 'select $1 + $2' })).toMatchObject({
      skipped: 'parameter types unknown',
    })
    const { rows } = await pool.query("select current_setting('transaction_read_only') as only")
    expect(rows).toEqual([{ only: 'off' }])
    await pool.query('insert into people values (0)')
  })

  test('does nothing while the connection is in use', async () => {
    isFree = false
    expect(await explainer.explain({ sql: 'select 1' })).toMatchObject({ skipped: 'busy' })
    isFree = true
  })

  test('closing waits for what is under way', async () => {
    const borrowed = gate()
    const hold = gate()
    const released: string[] = []
    const slow = new EmbeddedExplainer({
      borrow: async () => {
        borrowed.open()
        await hold.opened
        return {
          query: async () => Promise.reject(new Error('CANARY')),
          release: () => released.push('released'),
        }
      },
    })
    const asked = slow.explain({ sql: 'select 1' })
    await borrowed.opened
    const closing = slow.close().then(() => released.push('closed'))
    hold.open()
    await closing
    expect(released).toEqual(['released', 'closed'])
    expect(await asked).toEqual({ skipped: 'failed', reason: 'The connection was lost' })
    expect(await slow.explain({ sql: 'select 1' })).toEqual({
      skipped: 'failed',
      reason: 'The explainer is closed',
    })
  })
})
