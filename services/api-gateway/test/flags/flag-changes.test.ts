import { createFeatureFlags } from '@voiceassist/feature-flags'
import {
  describeDatabases,
  FakeClock,
  seededRandom,
  type TempDatabase,
  tempDatabase,
  testSeed,
} from '@voiceassist/testkit'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gatewayActor } from '#src/audit/actor'
import { inTransaction } from '#src/db/held-transaction'
import type { OpenDatabase } from '#src/db/open-database'
import { postgresFlagStore } from '#src/flags/postgres-flag-store'
import { seedOwnFlags } from '#src/flags/seed-own-flags'
import { createFlagAdmin, type FlagAdmin } from '#src/services/flags/flag-admin'

const actor = gatewayActor('test')
const steps = process.env.TEST_LONG ? 1000 : 60

describeDatabases('changes of flags', kind => {
  let temp: TempDatabase
  let database: OpenDatabase
  const clock = new FakeClock()
  const logger = pino({ level: 'silent' })
  beforeAll(async () => {
    temp = await tempDatabase({ kind })
    database = await temp.open()
  })
  afterAll(() => temp?.close())

  const store = () => postgresFlagStore(database.db, logger)
  const { signal } = new AbortController()
  /** Of an environment that nothing else uses; its flags are not warmed, and so ask nothing by themselves. */
  function admin(environment: string): FlagAdmin {
    return createFlagAdmin({
      db: database.db,
      clock,
      environment,
      flags: { refresh: async () => {}, acknowledged: async () => {} },
    })
  }
  const audited = async () =>
    Number(
      (await database.pool.query(`select count(*) as n from audit_logs where action like 'flag.%'`)).rows[0]
        .n,
    )

  test('any sequence of calls leaves what a model says, a revision and an audit row for each that was taken', async () => {
    const seed = testSeed('changes of flags')
    const random = seededRandom(seed)
    const { flags, overrides, segments } = admin('model')
    const names = ['a', 'b', 'c', 'd']
    const users = await Promise.all(
      [1, 2].map(async n => {
        const sql = `insert into users (email, hashed_password) values ('model-${n}@example.org', '') returning id`
        return (await database.pool.query(sql)).rows[0].id as string
      }),
    )
    const pick = <T>(of: readonly T[]) => of[Math.floor(random() * of.length)]!
    interface Model {
      enabled: boolean
      killed: boolean
      archived: boolean
      rolloutPercentage: number | null
    }
    const model = new Map<string, Model>()
    const given = new Map<string, boolean>()
    const members = new Map<string, string[]>()
    let last = await store().revision('model', signal)
    let rows = await audited()
    for (let step = 0; step < steps; step++) {
      const [name, user] = [pick(names), pick(users)]
      const flag = model.get(name)
      const key = `${name} ${user}`
      const percentage = Math.round(random() * 10_000) / 100
      const state = random() < 0.5
      const actions: Record<
        string,
        readonly [run: () => Promise<unknown>, allowed: boolean, expect: () => void]
      > = {
        create: [
          () => flags.create(actor, { name }),
          !flag,
          () => model.set(name, { enabled: false, killed: false, archived: false, rolloutPercentage: null }),
        ],
        patch: [
          () => flags.patch(actor, name, { rolloutPercentage: percentage }, { expected: '*' }),
          !!flag,
          () => Object.assign(flag!, { rolloutPercentage: percentage }),
        ],
        toggle: [
          () => flags.toggle(actor, name),
          !!flag,
          () => Object.assign(flag!, { enabled: !flag!.enabled }),
        ],
        kill: [
          () => flags.setKilled(actor, name, state),
          !!flag,
          () => Object.assign(flag!, { killed: state }),
        ],
        archive: [
          () => flags.setArchived(actor, name, state),
          !!flag,
          () => Object.assign(flag!, { archived: state }),
        ],
        remove: [
          () => flags.remove(actor, name),
          !!flag?.archived,
          () => {
            model.delete(name)
            for (const one of users) given.delete(`${name} ${one}`)
          },
        ],
        override: [
          () => overrides.put(actor, user, name, { enabled: state }),
          !!flag,
          () => given.set(key, state),
        ],
        withdraw: [() => overrides.remove(actor, user, name), given.has(key), () => given.delete(key)],
        segment: [
          () => segments.put(actor, name, { included: [user] }, members.has(name) ? { expected: '*' } : {}),
          true,
          () => members.set(name, [user]),
        ],
        dissolve: [() => segments.remove(actor, name), members.has(name), () => members.delete(name)],
      }
      const action = pick(Object.keys(actions))
      const [run, allowed, apply] = actions[action]!
      const taken = await run().then(
        () => true,
        () => false,
      )
      const at = `seed ${seed}, step ${step}: ${action} ${name}`
      expect(taken, at).toBe(allowed)
      if (taken) apply()
      const snapshot = await store().load('model', signal)
      expect(snapshot.revision - last, at).toBe(taken ? 1 : 0)
      last = snapshot.revision
      const now = await audited()
      expect(now - rows, at).toBe(taken ? 1 : 0)
      rows = now
      expect(
        Object.fromEntries(
          snapshot.flags.map(({ name, enabled, killed, archived, rolloutPercentage }) => [
            name,
            { enabled, killed, archived, rolloutPercentage },
          ]),
        ),
        at,
      ).toEqual(Object.fromEntries(model))
      expect(
        new Map(
          snapshot.overrides.map(({ flag, targetingKey, enabled }) => [`${flag} ${targetingKey}`, enabled]),
        ),
        at,
      ).toEqual(given)
      expect(new Map(snapshot.segments.map(({ name, included }) => [name, included])), at).toEqual(members)
    }
  })

  test('of patches at once that saw one revision exactly one is made; toggles at once are all made', async () => {
    const { flags } = admin('races')
    const { revision } = await flags.create(actor, { name: 'raced' })
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        flags.patch(actor, 'raced', { owner: `o${at}` }, { expected: [revision] }).then(
          ({ owner }) => owner,
          error => error.code as string,
        ),
      ),
    )
    expect(outcomes.filter(outcome => outcome === 'PRECONDITION_FAILED')).toHaveLength(7)
    const { owner } = await flags.read('raced')
    expect(outcomes).toContain(owner)
    await Promise.all(Array.from({ length: 7 }, () => flags.toggle(actor, 'raced')))
    expect((await flags.read('raced')).enabled).toBe(true)
    const { items } = await admin('races').inspection.history(actor, 'raced', { limit: 100 })
    expect(items.filter(({ action }) => action === 'flag.toggle')).toHaveLength(7)
  })

  test('a change whose audit row cannot be written leaves nothing', async () => {
    const { flags } = admin('failing')
    await flags.create(actor, { name: 'kept' })
    await database.pool.query('delete from cache_outbox')
    const before = await store().load('failing', signal)
    const rows = await audited()
    const unwritable = { ...actor, endpoint: 'x'.repeat(1000) }
    await expect(flags.toggle(unwritable, 'kept')).rejects.toThrow()
    expect(await store().load('failing', signal)).toEqual(before)
    expect(await audited()).toBe(rows)
    expect(await database.db.selectFrom('cache_outbox').selectAll().execute()).toEqual([])
  })

  test('a change within a transaction of its caller is refused, and leaves nothing', async () => {
    const { flags } = admin('nested')
    await flags.create(actor, { name: 'kept' })
    const before = await store().load('nested', signal)
    const nested = inTransaction(database.db, () => flags.toggle(actor, 'kept'))
    await expect(nested).rejects.toMatchObject({ code: 'ACQUIRE_IN_TRANSACTION' })
    expect(await store().load('nested', signal)).toEqual(before)
  })

  test('a kill is stored whatever else is wrong with the flag', async () => {
    const { flags } = admin('broken')
    await flags.create(actor, { name: 'broken', enabled: true })
    await database.pool.query(`update feature_flags set metadata = '{"a": []}' where name = 'broken'`)
    await expect(flags.toggle(actor, 'broken')).rejects.toMatchObject({ field: 'metadata.a' })
    expect(await flags.setKilled(actor, 'broken', true)).toMatchObject({ enabled: true, killed: true })
    const { items } = await admin('broken').inspection.history(actor, 'broken', { limit: 1 })
    expect(items).toMatchObject([{ action: 'flag.kill', details: { changed: 'killed', 'killed.new': true } }])
  })

  test('a start makes the gateway’s own flags in its environment, once, each with its audit row', async () => {
    const rows = await audited()
    await seedOwnFlags(database.db, 'fresh', { registration_open: true })
    await seedOwnFlags(database.db, 'fresh', { registration_open: false })
    expect(await audited()).toBe(rows + 4)
    const flags = createFeatureFlags({ store: store(), environment: 'fresh' })
    const names = ['llm_answers', 'rbac_enforcement', 'registration_open', 'semantic_query_reuse']
    const on = await Promise.all(names.map(name => flags.isEnabled(name)))
    await flags.close()
    expect(on).toEqual([true, true, true, false])
    const production = await store().load('production', signal)
    const fresh = await store().load('fresh', signal)
    const known = ({ flags }: typeof fresh) =>
      flags.filter(({ name }) => name !== 'registration_open').map(flag => ({ ...flag, revision: 0 }))
    expect(known(production)).toEqual(known(fresh))
  })
})
