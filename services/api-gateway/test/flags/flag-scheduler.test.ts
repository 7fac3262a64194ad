import { FakeClock, hasServer, type TempDatabase, tempDatabase } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gatewayActor } from '#src/audit/actor'
import type { OpenDatabase } from '#src/db/open-database'
import { FlagScheduler } from '#src/flags/flag-scheduler'
import { createFlagAdmin, type FlagAdmin } from '#src/services/flags/flag-admin'

const actor = gatewayActor('test')

describe('scheduled changes of flags', () => {
  let temp: TempDatabase
  let database: OpenDatabase
  const clock = new FakeClock()
  beforeAll(async () => {
    temp = await tempDatabase({ kind: hasServer() ? 'server' : 'pglite' })
    database = await temp.open()
  })
  afterAll(() => temp?.close())

  function admin(environment: string): FlagAdmin {
    const flags = { refresh: async () => {}, acknowledged: async () => {} }
    return createFlagAdmin({ db: database.db, clock, environment, flags })
  }

  test('a due change is made once, whichever of two instances makes it; one that does not fit has failed', async () => {
    const instances = [admin('schedule'), admin('schedule')] as const
    const [{ flags, schedule }] = instances
    await flags.create(actor, { name: 'planned' })
    const at = (seconds: number) => new Date(clock.now() + seconds * 1000).toISOString()
    for (const [seconds, rolloutPercentage] of [
      [1, 10],
      [2, 20],
      [3, 30],
    ] as const)
      await schedule.create(actor, 'planned', { scheduledAt: at(seconds), changes: { rolloutPercentage } })
    await flags.create(actor, { name: 'other' })
    const doomed = await schedule.create(actor, 'planned', {
      scheduledAt: at(4),
      changes: { prerequisites: [{ flag: 'other', variants: ['on'] }] },
    })
    expect((await schedule.preview('planned', doomed.id)).after.prerequisites).toHaveLength(1)
    await flags.setArchived(actor, 'other', true)
    const cancelled = await schedule.create(actor, 'planned', {
      scheduledAt: at(5),
      changes: { enabled: true },
    })
    await schedule.cancel(actor, 'planned', cancelled.id)
    await expect(schedule.cancel(actor, 'planned', cancelled.id)).rejects.toMatchObject({
      code: 'CHANGE_NOT_PENDING',
    })
    for (const [changes, field] of [
      [{ rolloutPercentage: 200 }, 'changes.rolloutPercentage'],
      [{ targetingRules: [{}] }, expect.stringMatching(/^changes\.targetingRules/)],
    ] as const)
      await expect(schedule.create(actor, 'planned', { scheduledAt: at(9), changes })).rejects.toMatchObject({
        field,
      })
    await expect(
      schedule.create(actor, 'planned', { scheduledAt: at(0), changes: { enabled: true } }),
    ).rejects.toMatchObject({
      field: 'scheduledAt',
    })

    expect(await schedule.applyNext(actor)).toBeUndefined()
    await clock.advance(10_000)
    const made = (
      await Promise.all([...instances, ...instances].map(one => one.schedule.applyNext(actor)))
    ).filter(Boolean)
    for (let more = await schedule.applyNext(actor); more; more = await schedule.applyNext(actor))
      made.push(more)
    expect(made.map(change => [change!.status, change!.error]).toSorted()).toEqual([
      ['applied', null],
      ['applied', null],
      ['applied', null],
      ['failed', 'VALIDATION_FAILED'],
    ])
    expect(await flags.read('planned')).toMatchObject({
      rolloutPercentage: 30,
      enabled: false,
      prerequisites: [],
    })
    expect((await schedule.list('planned')).map(({ status }) => status)).toEqual([
      'cancelled',
      'failed',
      'applied',
      'applied',
      'applied',
    ])
    const { items } = await instances[0].inspection.history(actor, 'planned', { limit: 100 })
    expect(items.filter(({ action, success }) => action === 'flag.schedule_apply' && success)).toHaveLength(3)
  })

  test('the scheduler makes what is due within a second, tells what was refused, and ends', async () => {
    const told: object[] = []
    const error = (fields: object) => void told.push(fields)
    const results = [
      { id: '1', environment: 'e', flag: 'f', error: 'FLAG_IN_USE' },
      { id: '2', environment: 'e', flag: 'f', error: null },
    ]
    let asked = 0
    const applyNext = async () => {
      asked++
      return results.shift() as never
    }
    const scheduler = new FlagScheduler({
      schedule: { applyNext },
      clock,
      logger: { info: error, error } as never,
    })
    await clock.advance(0)
    expect(told).toMatchObject([{ id: '1', code: 'FLAG_IN_USE' }, { id: '2' }])
    expect(asked).toBe(3)
    await clock.advance(1000)
    expect(asked).toBeGreaterThan(3)
    await scheduler.close()
  })
})
