import { describeDatabases, eventually, FakeClock, gate } from '@voiceassist/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createRelay, type Relay, type RelayOptions, trackTable } from '#src/postgres'
import { RecordingCache } from './recording-cache.js'
import { type TrackedDatabase, trackedDatabase, users } from './tracked-database.js'

describeDatabases('the relay', kind => {
  let db: TrackedDatabase
  let cache: RecordingCache
  let relay: Relay | undefined
  let errors: unknown[]
  beforeAll(async () => {
    db = await trackedDatabase(kind)
  })
  beforeEach(async () => {
    await db.renew()
    cache = new RecordingCache()
    errors = []
  })
  afterEach(() => relay?.close())
  afterAll(() => db?.close())

  const start = (options: Partial<RelayOptions> = {}) => {
    const common = { cache, tables: [users], onError: (error: unknown) => errors.push(error), ...options }
    relay =
      kind === 'server'
        ? createRelay({ connectionString: db.url, ...common } as RelayOptions)
        : createRelay({ exclusive: true, query: db.query, ...common } as RelayOptions)
    return relay
  }
  const relayed = (...expected: string[]) =>
    eventually(async () => {
      expect([...cache.keys.map(key => `key ${key}`), ...cache.tags.map(tag => `tag ${tag}`)]).toEqual(
        expect.arrayContaining(expected),
      )
      expect(await db.outbox()).toEqual([])
    })

  test('maps old and new, deletes the rows, and stands by for more', async () => {
    start()
    await relay!.ready
    await db.query(
      'begin; insert into users values (1, 7), (2, 7); update users set org_id = 8 where id = 1; commit',
    )
    await relayed('key user:1', 'tag org:8')
    expect(cache.take()).toEqual(['key user:1', 'key user:2', 'tag org:7', 'tag org:8'])
    await db.query('delete from users where id = 2')
    await relayed('key user:2')
    expect(cache.take()).toEqual(['key user:2', 'tag org:7'])
    expect(errors).toEqual([])
    await eventually(() =>
      expect(relay!.stats()).toMatchObject({ active: true, relayed: 4, lagMs: 0, unmapped: 0, failures: 0 }),
    )
  })

  test('is ready when all that was written before is relayed, in batches', async () => {
    await db.query('insert into users select n, 1 from generate_series(1, 2500) n')
    await start().ready
    expect(cache.keys).toHaveLength(2500)
    expect(cache.calls).toBe(6)
    expect(await db.outbox()).toEqual([])
    expect(relay!.stats().lastPassAt).toBeTypeOf('number')
  })

  test('a key is that of the row, whatever the number', async () => {
    await db.query('insert into users values (9007199254740993, 1)')
    await start().ready
    expect(cache.keys).toEqual(['user:9007199254740993'])
  })

  test('TRUNCATE clears the namespaces of the table, or everything where it has none', async () => {
    const bare = trackTable({ table: 'bare', columns: ['id'], key: row => `bare:${row.id}` })
    await db.query(`create table bare (id int); ${bare.up}; truncate users`)
    await start({ tables: [users, bare] }).ready
    expect(cache.take()).toEqual(['namespace user'])
    await db.query('truncate bare')
    await eventually(() => expect(cache.take()).toEqual(['pattern *']))
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('bug')
      },
    ],
    ['reads what is not tracked', (row: Record<string, unknown>) => `user:${row.idd}`],
    ['returns no text', () => 5 as never],
    ['returns what is no key', () => ['user:1', 'x'.repeat(1025)]],
  ])('a mapping that %s holds nothing up: the namespaces are cleared', async (_, key) => {
    const broken = { ...trackTable({ table: 'users', columns: ['id'], key, namespaces: ['user'] }) }
    await db.query('insert into users values (1, 1)')
    await start({ tables: [broken] }).ready
    expect(cache.take()).toEqual(['namespace user'])
    expect(await db.outbox()).toEqual([])
    expect(errors).toEqual([expect.objectContaining({ code: 'CACHE_TRACKING_INVALID' })])
    expect(relay!.stats()).toMatchObject({ relayed: 1, unmapped: 1, failures: 0 })
  })

  test('rows of a table that this release does not know clear the namespaces that came with them', async () => {
    await db.query('insert into users values (1, 1)')
    await start({ tables: [] }).ready
    expect(cache.take()).toEqual(['namespace user'])
    expect(errors).toEqual([expect.objectContaining({ message: expect.stringContaining('public.users') })])
  })

  test('more tags than the cache takes at once go in several calls', async () => {
    await db.query('insert into users select n, n from generate_series(1, 300) n')
    const counts: number[] = []
    const invalidateTags = cache.invalidateTags
    cache.invalidateTags = tags => {
      counts.push(tags.length)
      return invalidateTags(tags)
    }
    await start().ready
    expect(counts).toEqual([128, 128, 44])
    expect(relay!.stats()).toMatchObject({ relayed: 300, unmapped: 0, failures: 0 })
  })

  test('an outbox row that names no possible namespace drops everything, and holds nothing up', async () => {
    await db.query(
      `insert into cache_outbox (tracked, operation, namespaces) values ('x', 'TRUNCATE', '{a:b}')`,
    )
    await start().ready
    expect(cache.take()).toEqual(['pattern *'])
    expect(await db.outbox()).toEqual([])
  })

  test('rows stay while the second tier is away, the lock is given up, and the lag grows', async () => {
    cache.remote = 'journaled'
    await db.query('insert into users values (1, 7)')
    start()
    await eventually(() => expect(relay!.stats().failures).toBeGreaterThan(1))
    const { lagMs } = relay!.stats()
    await eventually(() => expect(relay!.stats().lagMs).toBeGreaterThan(lagMs as number))
    expect(await db.outbox()).toHaveLength(1)
    expect(errors[0]).toMatchObject({ code: 'CACHE_REMOTE_UNAVAILABLE' })
    cache.remote = 'done'
    await relay!.ready
    expect(await db.outbox()).toEqual([])
    await eventually(() => expect(relay!.stats()).toMatchObject({ active: true, lagMs: 0, relayed: 1 }))
  })

  test('an invalidation that fails is repeated', async () => {
    cache.before = () => {
      if (cache.calls < 3) throw new Error('connection reset')
    }
    await db.query('insert into users values (1, 7)')
    await start().ready
    expect(new Set(cache.take())).toEqual(new Set(['key user:1', 'tag org:7']))
    expect(relay!.stats()).toMatchObject({ relayed: 1, failures: expect.any(Number) })
    expect(await db.outbox()).toEqual([])
  })

  test('a relay that ends between the invalidation and the delete leaves the rows to the next', async () => {
    const invalidating = gate()
    const query = db.query
    db.query = (text, params) =>
      text.startsWith('delete') ? Promise.reject(new Error('killed')) : query(text, params)
    cache.before = () => invalidating.open()
    await query('insert into users values (1, 7)')
    relay = createRelay({ exclusive: true, query: db.query, cache, tables: [users] })
    await invalidating.opened
    await relay.close()
    expect(cache.take()).toEqual(['key user:1', 'tag org:7'])
    db.query = query
    expect(await db.outbox()).toHaveLength(1)
    await start().ready
    expect(cache.take()).toEqual(['key user:1', 'tag org:7'])
    expect(await db.outbox()).toEqual([])
  })

  test('close waits for the batch under way and looks for no other', async () => {
    const entered = gate()
    const answer = gate()
    cache.before = () => {
      entered.open()
      return answer.opened
    }
    await db.query('insert into users select n, 1 from generate_series(1, 1001) n')
    start()
    await entered.opened
    const closed = relay!.close()
    answer.open()
    await closed
    expect(cache.keys).toHaveLength(1000)
    expect(await db.outbox()).toHaveLength(1)
    await expect(relay!.ready).rejects.toMatchObject({ code: 'CACHE_CLOSED' })
    expect(relay!.stats()).toMatchObject({ active: false, relayed: 1000 })
  })

  test('wake looks at once, and a look is never further away than pollMs', async () => {
    const clock = new FakeClock()
    start({ clock, pollMs: 100 })
    await relay!.ready
    const looked = relay!.stats().lastPassAt
    relay!.wake()
    await db.query('insert into users values (1, 7)')
    relay!.wake()
    await relayed('key user:1')
    expect(clock.now()).toBe(looked)
    cache.take()
    // Of a table without notifications: what is polled is the truth.
    await db.query(
      `insert into cache_outbox (tracked, operation, namespaces) values ('x', 'TRUNCATE', '{y}')`,
    )
    await eventually(async () => {
      await clock.advance(100)
      expect(cache.take()).toEqual(['namespace y'])
    })
  })
})

describe('the options of a relay', () => {
  const good = { cache: new RecordingCache(), tables: [users] }
  test.each([
    ['pollMs', { ...good, connectionString: 'postgres://', pollMs: 5000 }],
    ['pollMs', { ...good, connectionString: 'postgres://', pollMs: Number.NaN }],
    ['connect', { ...good }],
    ['connect', { ...good, connectionString: 'postgres://', connect: async () => null as never }],
    ['lockKey', { ...good, connectionString: 'postgres://', lockKey: 1.5 }],
    ['query', { ...good, exclusive: true as const } as never],
  ])('%s', (field, options: RelayOptions) => {
    expect(() => createRelay(options)).toThrow(
      expect.objectContaining({ code: 'CACHE_OPTION_INVALID', field, remedy: expect.any(String) }),
    )
  })
})
