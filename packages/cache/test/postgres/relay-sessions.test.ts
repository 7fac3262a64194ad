import { type Clock, systemClock } from '@voiceassist/kernel'
import { eventually, hasServer } from '@voiceassist/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createRelay, outboxTable, type Relay, type RelayClient, type RelayOptions } from '#src/postgres'
import { RecordingCache } from './recording-cache.js'
import { spawnRelay } from './spawn-relay.js'
import { type TrackedDatabase, trackedDatabase, users } from './tracked-database.js'

/** Under it nothing is ever polled. */
const never: Clock = {
  ...systemClock,
  sleep: (_ms, signal) =>
    new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
}

describe.skipIf(!hasServer())('relays on a server', () => {
  let db: TrackedDatabase
  const relays: Relay[] = []
  beforeEach(async () => {
    db = await trackedDatabase('server')
  })
  afterEach(async () => {
    for (const relay of relays.splice(0)) await relay.close()
    await db?.close()
  })

  function start(options: Partial<RelayOptions> = {}) {
    const cache = new RecordingCache()
    const relay = createRelay({
      connectionString: db.url,
      cache,
      tables: [users],
      ...options,
    } as RelayOptions)
    relays.push(relay)
    return { cache, relay }
  }
  const deletes = (cache: RecordingCache, ...ids: number[]) =>
    eventually(() => expect(cache.keys).toEqual(expect.arrayContaining(ids.map(id => `user:${id}`))))
  const active = (relay: Relay) => eventually(() => expect(relay.stats().active).toBe(true))
  const lockHolder = async () =>
    (
      await db.query(`select pid from pg_locks where locktype = 'advisory' and objid = 8306006 and granted
        and database = (select oid from pg_database where datname = current_database())`)
    ).rows[0]?.pid as number | undefined

  test('a transaction that commits late is relayed, though later rows went before it', async () => {
    const { cache, relay } = start()
    await relay.ready
    const [early, late] = [await db.connect(), await db.connect()]
    await late.query('begin; insert into users values (1, 1)')
    await early.query('begin; insert into users values (2, 1); commit')
    await deletes(cache, 2)
    await eventually(async () => expect(await db.outbox()).toEqual([]))
    expect(cache.keys).toEqual(['user:2'])
    await late.query('commit')
    await deletes(cache, 1)
    await eventually(async () => expect(await db.outbox()).toEqual([]))
  })

  test('a writing transaction that stays open delays nothing', async () => {
    const open = await db.connect()
    await open.query('begin isolation level repeatable read; insert into users values (100, 1)')
    const { cache, relay } = start()
    await relay.ready
    for (let id = 1; id <= 5; id++) {
      await db.query('insert into users values ($1, 1)', [id])
      await deletes(cache, id)
    }
    expect(cache.keys).not.toContain('user:100')
    await open.query('rollback')
    await db.query('insert into users values (6, 1)')
    await deletes(cache, 6)
    expect(cache.keys).not.toContain('user:100')
  })

  test('a change by any client wakes the relay, long before it would poll', async () => {
    const { cache, relay } = start({ clock: never })
    await relay.ready
    const psql = await db.connect()
    await psql.query('insert into users values (1, 7)')
    await deletes(cache, 1)
    await psql.query('update users set org_id = 8')
    await eventually(() => expect(cache.tags).toContain('org:8'))
  })

  test('a notification between the look and the sleep is not lost', async () => {
    const { cache, relay } = start({
      connect: async () => {
        const client = await db.connect()
        const query = client.query.bind(client) as RelayClient['query']
        let wrote = false
        return Object.assign(Object.create(client) as RelayClient, {
          query: async (text: string, params?: unknown[]) => {
            const answer = await query(text, params)
            if (text.includes('order by') && text.includes('limit 1000') && !wrote) {
              wrote = true
              await db.query('insert into users values (1, 1)')
              await query('select 1') // whose answer comes after the notification
            }
            return answer
          },
        })
      },
      connectionString: undefined,
      clock: never,
    } as Partial<RelayOptions>)
    await relay.ready
    await deletes(cache, 1)
  })

  test('one of several is active; the next one follows when it closes', async () => {
    const [a, b, c] = [start(), start(), start()]
    await Promise.all([a, b, c].map(({ relay }) => relay.ready))
    const actives = () => [a, b, c].filter(({ relay }) => relay.stats().active)
    await eventually(() => expect(actives()).toHaveLength(1))
    await db.query('insert into users values (1, 1)')
    const [first] = actives()
    await deletes(first!.cache, 1)
    expect([a, b, c].flatMap(({ cache }) => cache.keys)).toEqual(['user:1'])
    await first!.relay.close()
    await eventually(() => expect(actives()).toHaveLength(1))
    await db.query('insert into users values (2, 1)')
    await deletes(actives()[0]!.cache, 2)
    expect(first!.relay.stats().active).toBe(false)
  })

  test('one that waits is ready only when what was there at its start is relayed', async () => {
    const first = start()
    await first.relay.ready
    first.cache.remote = 'journaled'
    await db.query('insert into users values (1, 1)')
    let ready = false
    const second = start()
    second.cache.remote = 'journaled'
    void second.relay.ready.then(() => {
      ready = true
    })
    await eventually(() => expect(second.relay.stats().lagMs).toBeGreaterThan(0))
    expect(ready).toBe(false)
    first.cache.remote = 'done'
    second.cache.remote = 'done'
    await second.relay.ready
    expect(await db.outbox()).toEqual([])
  })

  test('one whose second tier is away leaves the lock to one whose is not', async () => {
    const cut = start()
    await cut.relay.ready
    await active(cut.relay)
    cut.cache.remote = 'journaled'
    const well = start()
    await db.query('insert into users values (1, 1)')
    await deletes(well.cache, 1)
    await eventually(async () => expect(await db.outbox()).toEqual([]))
  })

  test('after the end of its backend a relay goes on, or another one does', async () => {
    const [a, b] = [start(), start()]
    await Promise.all([a.relay.ready, b.relay.ready])
    for (const id of [1, 2, 3]) {
      const pid = await eventually(async () => {
        const found = await lockHolder()
        expect(found).toBeDefined()
        return found
      })
      await db.query('select pg_terminate_backend($1)', [pid])
      await db.query('insert into users values ($1, 1)', [id])
      await eventually(() => expect([...a.cache.keys, ...b.cache.keys]).toContain(`user:${id}`))
      await eventually(async () => expect(await lockHolder()).not.toBe(pid))
    }
    await eventually(async () => expect(await db.outbox()).toEqual([]))
  })

  test('a stopped process loses the lock; woken, it does no harm and waits its turn', async () => {
    const child = spawnRelay(db.url)
    try {
      await eventually(() => expect(child.said()).toContain('ready'))
      await db.query('insert into users values (1, 1)')
      await eventually(() => expect(child.said()).toContain('user:1'))
      const stopped = await lockHolder()
      process.kill(child.pid, 'SIGSTOP')
      const { cache, relay } = start()
      await db.query('insert into users values (2, 1)')
      await deletes(cache, 2)
      expect(await lockHolder()).not.toBe(stopped)
      process.kill(child.pid, 'SIGCONT')
      await db.query('insert into users values (3, 1)')
      await deletes(cache, 3)
      await eventually(() => expect(child.said()).toContainEqual(expect.stringMatching(/^failed/)))
      await relay.close()
      await db.query('insert into users values (4, 1)')
      await eventually(() => expect(child.said()).toContain('user:4'))
      await eventually(async () => expect(await db.outbox()).toEqual([]))
    } finally {
      await child.end()
    }
  })

  test('without an outbox it says so, and begins when there is one', async () => {
    await db.query(`${users.down}; ${outboxTable().down}`)
    const errors: unknown[] = []
    const { cache, relay } = start({ onError: error => errors.push(error) })
    await eventually(() => expect(errors).toContainEqual(expect.objectContaining({ code: '42P01' })))
    await db.query(`${outboxTable().up}; ${users.up}; insert into users values (1, 1)`)
    await relay.ready
    expect(cache.keys).toEqual(['user:1'])
  })
})
