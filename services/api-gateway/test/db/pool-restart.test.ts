import { systemClock } from '@voiceassist/kernel'
import { canStartPostgres, eventually, type PostgresServer, startPostgres } from '@voiceassist/testkit'
import { sql } from 'kysely'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defaultPoolLimits } from '#src/db/database-pool'
import { inTransaction } from '#src/db/held-transaction'
import { type OpenDatabase, openDatabase } from '#src/db/open-database'
import { getDbPoolStats } from '#src/db/pool-stats'
import type { PooledClient } from '#src/db/pooled-client'

const limits = { ...defaultPoolLimits, size: 4, maxOverflow: 4 }
const connections = limits.size + limits.maxOverflow
const workers = 16
const perPhase = 20
const tooManyFailures = 1000

interface Failure {
  readonly error: Error & { code?: string }
  /** Whether the statement, or the transaction's first one, had been given to a connection. */
  readonly sent: boolean
}

/** Callers that write without pause, each one statement or transaction after the other. */
class Load {
  readonly failures: Failure[] = []
  readonly acknowledged: number[] = []
  #next: number
  #running = true
  #done: Promise<unknown>

  constructor(
    readonly database: OpenDatabase,
    firstId: number,
  ) {
    this.#next = firstId
    this.#done = Promise.all(Array.from({ length: workers }, (_, worker) => this.#work(worker)))
  }

  async stop() {
    this.#running = false
    await this.#done
  }

  async #work(worker: number) {
    for (let turn = worker; this.#running && this.failures.length < tooManyFailures; turn++) {
      const id = this.#next++
      const progress = { sent: false }
      try {
        await [this.#statement, this.#transaction][turn % 2]!.call(this, id, progress)
        this.acknowledged.push(id)
      } catch (error) {
        this.failures.push({ error: error as Error, sent: progress.sent })
      }
    }
  }

  async #statement(id: number, progress: { sent: boolean }) {
    const client = await this.database.pool.connect()
    try {
      progress.sent = (client as pg.PoolClient & PooledClient).lost === undefined
      await client.query('insert into written values ($1)', [id])
    } finally {
      client.release()
    }
  }

  async #transaction(id: number, progress: { sent: boolean }) {
    await inTransaction(this.database.db, async transaction => {
      progress.sent = true
      await sql`select 1`.execute(transaction)
      await sql`insert into written values (${id})`.execute(transaction)
    })
  }
}

describe.skipIf(!canStartPostgres())('a restart of the server under load', () => {
  let server: PostgresServer
  let database: OpenDatabase
  beforeAll(async () => {
    server = await startPostgres()
    database = await openDatabase({ url: server.url, limits, clock: systemClock })
    await database.pool.query('create table written (id int primary key)')
  })
  afterAll(async () => {
    await database?.close()
    await server?.close()
  })

  const outages: [string, () => Promise<void>][] = [
    ['a fast shutdown', () => server.restart('fast')],
    [
      'a crash',
      async () => {
        await server.kill()
        await server.start()
      },
    ],
    ['an immediate shutdown', () => server.restart('immediate')],
  ]

  test.each(outages)('%s fails only what was on its way, and needs no restart here', async (name, outage) => {
    const load = new Load(database, outages.findIndex(item => item[0] === name) * 1_000_000)
    const moreWritten = async () => {
      const goal = load.acknowledged.length + workers * perPhase
      await eventually(() => expect(load.acknowledged.length).toBeGreaterThanOrEqual(goal))
    }
    let failuresOfOutage = 0
    try {
      await moreWritten()
      expect(load.failures).toEqual([])
      await outage()
      await moreWritten()
      failuresOfOutage = load.failures.length
      await moreWritten()
    } finally {
      await load.stop()
    }
    console.log(`${name}: ${load.failures.length} of ${workers} callers' requests failed`)
    for (const { error, sent } of load.failures) {
      expect(sent, error.message).toBe(true)
      expect(error).toMatchObject({ code: 'DATABASE_UNREACHABLE', name: 'ConnectionLost' })
    }
    expect(failuresOfOutage).toBeLessThanOrEqual(connections)
    expect(load.failures).toHaveLength(failuresOfOutage)
    const stored = await database.pool.query<{ id: number }>('select id from written')
    const ids = new Set(stored.rows.map(row => row.id))
    expect(load.acknowledged.filter(id => !ids.has(id))).toEqual([])
    expect(getDbPoolStats(database.pool)).toMatchObject({ checkedOut: 0, overflow: 0 })
  })
})
