import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { seededRandom, type TempDatabase, tempDatabase, testSeed } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { spawnModule } from './spawn-module.js'

const rounds = process.env.TEST_LONG ? 30 : 6
/** PostgreSQL's DBState in global/pg_control, after system identifier and two version numbers. */
const stateOffset = 16
const shutDown = 1
const inProduction = 6

describe('the data folder', () => {
  let temp: TempDatabase
  let dataFolder: string
  beforeAll(async () => {
    temp = await tempDatabase({ kind: 'pglite', migrated: false })
    dataFolder = (temp.location as { dataFolder: string }).dataFolder
    const { pool, close } = await temp.open()
    await pool.query('create table acknowledged (id int primary key, text text)')
    await pool.query('create index on acknowledged (text)')
    await close()
  })
  afterAll(() => temp?.close())

  const state = () => readFileSync(join(dataFolder, 'global/pg_control')).readUInt32LE(stateOffset)

  /** Writes without end, one row or three in a transaction at a time, and says each number once it is committed. */
  const writer = (firstId: number) => `
    import { systemClock as clock } from ${JSON.stringify(import.meta.resolve('@voiceassist/kernel'))}
    import { openDatabase } from ${JSON.stringify(import.meta.resolve('#src/db/open-database'))}
    import { writeSync } from 'node:fs'
    const limits = { size: 1, maxOverflow: 0, recycleSeconds: 60, acquireTimeoutMs: 20_000 }
    const { pool } = await openDatabase({ dataFolder: ${JSON.stringify(dataFolder)}, limits, clock })
    for (let id = ${firstId}; ; id += 3) {
      const client = await pool.connect()
      const insert = n => client.query('insert into acknowledged select n, repeat(md5(n::text), 20) from (select $1::int as n)', [n])
      if (id % 2) await insert(id)
      else {
        await client.query('begin')
        for (const n of [id, id + 1, id + 2]) await insert(n)
        await client.query('commit')
      }
      client.release()
      writeSync(1, id + '\\n')
    }`

  test('keeps all that was acknowledged, and no half transaction, over SIGKILLs', {
    timeout: 600_000,
  }, async () => {
    const random = seededRandom(testSeed('kills of the embedded database'))
    const acknowledged: number[] = []
    for (let round = 0; round < rounds; round++) {
      const child = spawnModule(writer(1 + round * 3_000_000))
      let left = 1 + Math.floor(random() * 120)
      for await (const line of createInterface({ input: child.stdout })) {
        acknowledged.push(Number(line))
        if (--left === 0) child.kill('SIGKILL')
      }
      if (child.signalCode === null && child.exitCode === null) await once(child, 'exit')
      expect(child.signalCode).toBe('SIGKILL')
      expect(state()).toBe(inProduction)
      if (round % 2 === 1) await check(acknowledged)
    }
    await check(acknowledged)
    console.log(`${acknowledged.length} acknowledged writes, ${rounds} kills`)
  })

  async function check(acknowledged: readonly number[]): Promise<void> {
    const { pool, close } = await temp.open()
    try {
      const found = await pool.query<{ id: number }>('select id from acknowledged')
      const stored = new Set(found.rows.map(row => row.id))
      expect(acknowledged.filter(id => !stored.has(id))).toEqual([])
      for (const id of stored) {
        const first = id - ((id - 1) % 3)
        const group = [first, first + 1, first + 2].filter(member => stored.has(member))
        expect(group).toHaveLength(first % 2 ? 1 : 3)
      }
      // By the index too: it was replayed like the table.
      await pool.query('set enable_seqscan = off')
      const indexed = await pool.query(`select count(*)::int as n from acknowledged where text >= ''`)
      expect(indexed.rows[0].n).toBe(stored.size)
    } finally {
      await close()
    }
    expect(state()).toBe(shutDown)
  }

  test('is shut down by close(), so that the next start has nothing to recover', async () => {
    const { pool, close } = await temp.open()
    expect(state()).toBe(inProduction)
    await pool.query(`insert into acknowledged values (0, 'last')`)
    await close()
    expect(state()).toBe(shutDown)
    const again = await temp.open()
    const found = await again.pool.query('select text from acknowledged where id = 0')
    expect(found.rows).toEqual([{ text: 'last' }])
  })
})
