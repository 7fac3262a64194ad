import { randomBytes } from 'node:crypto'
import { describeDatabases } from '@voiceassist/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { outboxTable, trackTable } from '#src/postgres'
import { type TrackedDatabase, trackedDatabase, users } from './tracked-database.js'

describeDatabases('triggers of a tracked table', kind => {
  let db: TrackedDatabase
  beforeAll(async () => {
    db = await trackedDatabase(kind)
  })
  afterAll(() => db?.close())
  beforeEach(() => db.query('truncate users; delete from cache_outbox'))

  const row = (operation: string, old_row: unknown, new_row: unknown) => ({
    tracked: 'public.users',
    operation,
    old_row,
    new_row,
  })

  test('each changed row is written with old and new of the named columns, and nothing else', async () => {
    await db.query(`insert into users (id, org_id, name) values (1, 7, 'secret'), (2, 7, 'secret')`)
    await db.query('update users set org_id = 8 where id = 1')
    await db.query('delete from users where id = 2')
    expect(await db.outbox()).toEqual([
      row('INSERT', null, { id: 1, org_id: 7 }),
      row('INSERT', null, { id: 2, org_id: 7 }),
      row('UPDATE', { id: 1, org_id: 7 }, { id: 1, org_id: 8 }),
      row('DELETE', { id: 2, org_id: 7 }, null),
    ])
  })

  test('an update counts when any column changed, json included; one that changes nothing does not', async () => {
    await db.query(`insert into users values (1, 7, 'a', '{"a":1}'); delete from cache_outbox`)
    await db.query(`update users set name = 'a', org_id = 7, note = '{"a":1}'`)
    expect(await db.outbox()).toEqual([])
    await db.query(`update users set name = 'b'`)
    await db.query(`update users set note = '{"a":2}'`)
    expect(await db.outbox()).toHaveLength(2)
  })

  test('upserts, COPY-like bulk writes and TRUNCATE are written', async () => {
    await db.query('insert into users select n, n from generate_series(1, 3) n')
    await db.query(`insert into users values (3, 9) on conflict (id) do update set org_id = excluded.org_id`)
    await db.query('insert into users values (3, 9) on conflict do nothing')
    await db.query('truncate users')
    expect((await db.outbox()).map(found => found.operation)).toEqual([
      ...['INSERT', 'INSERT', 'INSERT', 'UPDATE', 'TRUNCATE'],
    ])
  })

  test('nothing of a transaction or a savepoint that is rolled back', async () => {
    await db.query('begin; insert into users values (1, 1); rollback')
    await db.query(`begin; insert into users values (1, 1); savepoint a; insert into users values (2, 1);
      rollback to a; insert into users values (3, 1); commit`)
    expect((await db.outbox()).map(found => found.new_row)).toEqual([
      { id: 1, org_id: 1 },
      { id: 3, org_id: 1 },
    ])
  })

  test('also while session_replication_role is replica', async () => {
    await db.query(`begin; set local session_replication_role = replica; insert into users values (1, 1);
      update users set org_id = 2; truncate users; commit`)
    expect((await db.outbox()).map(found => found.operation)).toEqual(['INSERT', 'UPDATE', 'TRUNCATE'])
  })

  test('down leaves nothing behind, for odd and long names too', async () => {
    const oddColumn = `Co"l'umn \\`
    const schema = 'My "own" schema'
    const table = `O'Brien's \\ "tables" ${'ü'.repeat(15)}`
    const odd = trackTable({
      table: `${schema}.${table}`,
      columns: [oddColumn, '$1'],
      key: found => `odd:${found.$1}`,
      namespaces: [`it's \\ odd`],
      schema,
    })
    const outbox = outboxTable({ schema })
    const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
    const catalog = async () =>
      (
        await db.query(`select proname as name from pg_proc union all select tgname from pg_trigger where not tgisinternal
          union all select relname from pg_class order by 1`)
      ).rows
    await db.query(`create schema ${quoted(schema)};
      create table ${quoted(schema)}.${quoted(table)} ("Co""l'umn \\" int, "$1" timestamptz)`)
    const before = await catalog()
    await db.query(outbox.up + odd.up)
    await db.query(
      `set timezone = 'Asia/Tokyo'; insert into ${quoted(schema)}.${quoted(table)} values (5, '2025-01-01T00:00Z')`,
    )
    const { rows } = await db.query(`select tracked, namespaces, new_row from ${quoted(schema)}.cache_outbox`)
    expect(rows).toEqual([
      {
        tracked: odd.name,
        namespaces: [`it's \\ odd`],
        new_row: { [oddColumn]: 5, $1: '2025-01-01T00:00:00+00:00' },
      },
    ])
    await db.query(`reset timezone; ${odd.down}; ${outbox.down}`)
    expect(await catalog()).toEqual(before)
  })

  test('two tables whose long names begin alike can both be tracked', async () => {
    const names = ['a', 'b'].map(end => `${'long_'.repeat(12)}${end}`)
    for (const table of names) {
      const tracked = trackTable({ table, columns: ['id'], key: found => `long:${found.id}` })
      await db.query(`create table ${table} (id int); ${tracked.up}; insert into ${table} values (1)`)
    }
    expect((await db.outbox()).map(found => found.tracked)).toEqual(names.map(name => `public.${name}`))
  })

  test('a writer needs no right on the outbox, and may not use the function', async () => {
    // Roles belong to the whole server, which outlives this test.
    const writer = `writer_${randomBytes(6).toString('hex')}`
    await db.query(`create role ${writer}; grant select, insert, update, delete, truncate on users to ${writer};
      create schema theirs; grant all on schema theirs to ${writer}`)
    onTestFinished(() => db.query(`drop owned by ${writer}; drop role ${writer}`).then(() => {}))
    await db.query(`begin; set local role ${writer}; create temp table cache_outbox (tracked text);
      insert into users values (1, 1); update users set org_id = 2; truncate users; drop table pg_temp.cache_outbox; commit`)
    expect(await db.outbox()).toHaveLength(3)
    for (const statement of [
      'select from public.cache_outbox',
      'delete from public.cache_outbox',
      `insert into public.cache_outbox (tracked, operation, namespaces) values ('', '', '{}')`,
      `create table theirs.t (id int, org_id int);
       create trigger t after insert on theirs.t for each row execute function public.users_cache_outbox()`,
    ])
      await expect(
        (async () => {
          try {
            await db.query(`begin; set local role ${writer}; ${statement}`)
          } finally {
            await db.query('rollback')
          }
        })(),
      ).rejects.toMatchObject({ code: '42501' })
  })
})

describe('what cannot be tracked is said by field', () => {
  const good = { table: 'users', columns: ['id'], key: () => 'user:1' }
  test.each([
    ['table', { ...good, table: '' }],
    ['table', { ...good, table: 'a.b.c' }],
    ['table', { ...good, table: 'x'.repeat(64) }],
    ['table', { ...good, table: 'nul\0' }],
    ['table', { ...good, table: 5 as never }],
    ['columns', { ...good, columns: [] }],
    ['columns', { ...good, columns: ['id', 'id'] }],
    ['columns', { ...good, columns: [''] }],
    ['columns', { ...good, columns: Array.from({ length: 51 }, (_, n) => `c${n}`) }],
    ['columns', { ...good, columns: 'id' as never }],
    ['key', { ...good, key: 'user:' as never }],
    ['key', { table: 'users', columns: ['id'] }],
    ['tags', { ...good, tags: ['org'] as never }],
    ['namespaces', { ...good, namespaces: 'user' as never }],
    ['namespaces', { ...good, namespaces: ['user:'] }],
    ['schema', { ...good, schema: '' }],
  ])('%s', (field, options) => {
    expect(() => trackTable(options)).toThrow(
      expect.objectContaining({ code: 'CACHE_TRACKING_INVALID', field, remedy: expect.any(String) }),
    )
  })

  test('tables of the schema public may leave it out', () => {
    expect(users.name).toBe('public.users')
    expect(trackTable({ ...good, table: 'app.Users' }).name).toBe('app.Users')
  })
})
