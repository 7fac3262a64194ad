import { flagStoreContract } from '@voiceassist/feature-flags/testing'
import { describeDatabases, type TempDatabase, tempDatabase } from '@voiceassist/testkit'
import { sql } from 'kysely'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { inTransaction } from '#src/db/held-transaction'
import type { OpenDatabase } from '#src/db/open-database'
import { postgresFlagStore } from '#src/flags/postgres-flag-store'

const user = '00000000-0000-4000-8000-000000000001'

describeDatabases('flags in the database', kind => {
  let temp: TempDatabase
  let database: OpenDatabase
  const log: Record<string, unknown>[] = []
  const logger = pino({ level: 'error' }, { write: line => log.push(JSON.parse(line)) })
  beforeAll(async () => {
    temp = await tempDatabase({ kind })
    database = await temp.open()
  })
  afterAll(() => temp?.close())

  const run = (statement: string) => sql.raw(statement).execute(database.db)
  const { signal } = new AbortController()
  const store = () => postgresFlagStore(database.db, logger)
  const revision = (environment = 'production') => store().revision(environment, signal)

  flagStoreContract({ describe, it }, async () => ({
    store: store(),
    commit: (environment, names, value) =>
      inTransaction(database.db, async transaction => {
        for (const name of names)
          await sql`
            insert into feature_flags (environment, name, metadata)
            values (${environment}, ${name}, jsonb_build_object('value', ${value}::int))
            on conflict (environment, name) do update set metadata = excluded.metadata`.execute(transaction)
      }),
    close: async () => {},
  }))

  test('whoever changes a flag, override or segment by SQL gives the environment a revision, and an outbox row', async () => {
    await run(`insert into users (id, email, hashed_password) values ('${user}', 'u@example.org', '')`)
    await run('delete from cache_outbox')
    const statements = [
      `insert into feature_flags (environment, name) values ('production', 'a'), ('other', 'b')`,
      `update feature_flags set enabled = true where name = 'a'`,
      `insert into feature_flag_overrides (environment, flag_name, user_id, enabled) values ('production', 'a', '${user}', true)`,
      `update feature_flag_overrides set enabled = false`,
      `insert into feature_flag_segments (environment, name) values ('production', 's')`,
      `update feature_flag_segments set included = '["x"]'`,
      'delete from feature_flag_segments',
      `update feature_flags set environment = 'production' where name = 'b'`,
      `delete from users where id = '${user}'`, // its override goes with it
      `delete from feature_flags where name = 'a'`,
    ]
    let last = await revision()
    for (const statement of statements) {
      await run(statement)
      const now = await revision()
      expect(now, statement).toBeGreaterThan(last)
      last = now
      const outbox = await database.db.deleteFrom('cache_outbox').returningAll().execute()
      expect(
        outbox.filter(({ tracked }) => tracked.endsWith('environments')).length,
        statement,
      ).toBeGreaterThan(0)
    }
    const { flags } = await store().load('production', signal)
    expect(flags.find(({ name }) => name === 'b')?.revision).toBeLessThan(last)
    expect(await revision('other')).toBe(2)
  })

  test('what is rolled back leaves neither revision nor outbox row', async () => {
    await run('delete from cache_outbox')
    const before = await revision()
    const rolledBack = inTransaction(database.db, async transaction => {
      await sql`update feature_flags set enabled = true`.execute(transaction)
      throw new Error('no')
    })
    await expect(rolledBack).rejects.toThrow('no')
    expect(await revision()).toBe(before)
    expect(await database.db.selectFrom('cache_outbox').selectAll().execute()).toEqual([])
  })

  test('a revision never shrinks, by whatever statement', async () => {
    for (const statement of [
      'update feature_flag_environments set revision = 1',
      `update feature_flag_environments set environment = 'x', revision = revision + 1`,
      'delete from feature_flag_environments',
    ])
      await expect(run(statement), statement).rejects.toThrow(/a revision only grows/)
  })

  test('a row that somebody’s SQL has broken keeps no other change from being served', async () => {
    await run(`
      insert into feature_flags (environment, name, targeting_rules) values ('broken', 'bad', '"no list"'), ('broken', 'good', '[]');
      insert into feature_flags (environment, name, prerequisites)
        values ('broken', 'needs', '[{"flag": "bad", "variants": ["on"]}]');
      insert into feature_flags (environment, name, expires_at, rollout_percentage) values ('broken', 'odd', 'infinity', 12.34);
      insert into feature_flag_segments (environment, name, condition) values ('broken', 's', '{"no": "condition"}')`)
    const { flags, segments } = await store().load('broken', signal)
    expect(
      flags.map(({ name, killed, rolloutPercentage }) => [name, killed, rolloutPercentage]).toSorted(),
    ).toEqual([
      ['bad', true, null],
      ['good', false, null],
      ['needs', false, null],
      ['odd', false, 12.34],
    ])
    expect(flags.find(({ name }) => name === 'odd')?.expiresAt).toBeNull()
    expect(segments).toEqual([])
    expect(log.map(({ kind, name, field }) => [kind, name, field])).toEqual([
      ['flag', 'bad', 'targetingRules'],
      ['segment', 's', expect.stringMatching(/^when/)],
    ])
  })

  test.runIf(kind === 'server')('writers take turns, and never wait for each other in a circle', async () => {
    await run(`insert into feature_flags (environment, name) values ('turns', 'x'), ('turns', 'y')`)
    const before = await revision('turns')
    const write = (names: readonly string[]) =>
      inTransaction(database.db, async transaction => {
        for (const name of names)
          await sql`update feature_flags set description = description || '.' where name = ${name}`.execute(
            transaction,
          )
      })
    await Promise.all(Array.from({ length: 20 }, (_, at) => write(at % 2 ? ['x', 'y'] : ['y', 'x'])))
    expect(await revision('turns')).toBe(before + 20)
  })
})
