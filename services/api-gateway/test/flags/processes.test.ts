import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { checkSnapshot, compileSnapshot } from '@voiceassist/feature-flags'
import {
  canStartRedis,
  eventually,
  hasServer,
  type KeyValueServer,
  seededRandom,
  startRedis,
  type TempDatabase,
  tempDatabase,
  testSeed,
} from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OpenDatabase } from '#src/db/open-database'
import { loadFlagSnapshot } from '#src/repositories/flag-snapshot.repository'
import { FlagProcess } from './flag-process.js'

const timeout = 60_000
const environment = 'production'
const watchEveryMs = 5
const rounds = process.env.TEST_LONG ? 60 : 2
const acknowledged = { wait: 'acknowledged' }

interface Served {
  readonly value: number
  readonly reason: string
}

describe.skipIf(!hasServer() || !canStartRedis())(
  'flags in three processes on one database and one Redis',
  {
    timeout,
  },
  () => {
    let temp: TempDatabase
    let database: OpenDatabase
    let redis: KeyValueServer
    let folder: string
    let variables: Record<string, string>
    let workers: FlagProcess[]
    let watching: Promise<void>[]
    let over = false
    /** Of the changes of `counter`: the last one, and the last one that was acknowledged. */
    let last = 0
    let known = -1
    const violations: string[] = []

    const start = () => {
      const worker = new FlagProcess(variables)
      watching.push(watch(worker))
      return worker
    }

    /** Asks all the time: what is served as confirmed is never older than an acknowledged change. */
    async function watch(worker: FlagProcess): Promise<void> {
      await worker.ready
      while (!over && !worker.isGone) {
        const floor = known
        const served = await worker.call<Served>('evaluate', { name: 'counter' }).catch(() => undefined)
        if (served && served.reason !== 'STALE' && served.value < floor)
          violations.push(`${served.value} ${served.reason} when ${floor} was acknowledged`)
        await setTimeout(watchEveryMs)
      }
    }

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'va-flags-'))
      ;[temp, redis] = await Promise.all([tempDatabase({ kind: 'server' }), startRedis()])
      database = await temp.open()
      variables = {
        ...temp.environment,
        DATA_DIR: folder,
        REDIS_URL: redis.url,
        CACHE_ENCRYPTION_KEYS: `test:${randomBytes(32).toString('base64')}`,
      }
      watching = []
      workers = [start(), start(), start()]
      await Promise.all(workers.map(worker => worker.ready))
      const counter = { name: 'counter', type: 'number', enabled: true, value: 0, defaultValue: -1 }
      await workers[0]!.change('flags', 'create', counter, acknowledged)
      known = 0
    }, timeout)
    afterAll(async () => {
      over = true
      await Promise.all((workers ?? []).map(worker => worker.kill()))
      await Promise.all(watching ?? [])
      await redis?.close()
      await temp?.close()
      rmSync(folder, { recursive: true, force: true })
    }, timeout)

    /** The next value of `counter`, by one process. */
    async function count(by: FlagProcess, options: object = {}): Promise<number> {
      const value = ++last
      await by.change('flags', 'patch', 'counter', { value }, { expected: '*', ...options })
      if ('wait' in options) known = value
      return value
    }
    const serve = (worker: FlagProcess) => worker.call<Served>('evaluate', { name: 'counter' })
    const allServe = (value: number, of = workers) =>
      eventually(async () => {
        for (const worker of of) expect(await serve(worker)).toMatchObject({ value, reason: 'STATIC' })
      })

    test('a change through any of them is served by all when it is acknowledged, and soon when it is not', async () => {
      for (const by of workers) {
        const value = await count(by, acknowledged)
        for (const worker of workers) expect((await serve(worker)).value).toBe(value)
        await allServe(await count(by))
      }
    })

    test('of one that lives and cannot learn of it, acknowledging says so, and that the change is stored', async () => {
      const [by, other, cutOff] = workers as [FlagProcess, FlagProcess, FlagProcess]
      await cutOff.call('cutOff', { cutOff: true })
      const before = last
      await expect(count(by, acknowledged)).rejects.toEqual({
        code: 'FLAG_NOT_ACKNOWLEDGED',
        message: 'The change is stored; not every gateway has confirmed it',
      })
      expect(await serve(other)).toMatchObject({ value: last, reason: 'STATIC' })
      expect(await serve(cutOff)).toMatchObject({ value: before, reason: 'STALE' })
      await cutOff.call('cutOff', { cutOff: false })
      await eventually(() => count(by, acknowledged)) // it asks again after a pause, which may be longer than the wait
      await allServe(last)
    })

    test('with Redis killed changes come by the store, confirmed, and nothing is acknowledged; all is as before when it is back', async () => {
      await redis.kill()
      await allServe(await count(workers[1]!))
      await expect(count(workers[1]!, acknowledged)).rejects.toMatchObject({ code: 'FLAG_NOT_ACKNOWLEDGED' })
      await allServe(last)
      await redis.start()
      await eventually(() => count(workers[2]!, acknowledged))
      await allServe(last)
    })

    test('with the relaying process killed another one relays', async () => {
      const at = await eventually(async () => {
        const active = await Promise.all(workers.map(worker => worker.call<boolean>('relays')))
        expect(active.filter(Boolean)).toHaveLength(1)
        return active.indexOf(true)
      })
      await workers[at]!.kill()
      const left = workers.filter((_, index) => index !== at)
      await allServe(await count(left[0]!), left)
      await eventually(async () => {
        expect(await Promise.all(left.map(worker => worker.call<boolean>('relays')))).toContain(true)
        const waiting = await database.pool.query('select 1 from cache_outbox')
        expect(waiting.rowCount).toBe(0)
      })
      workers[at] = start()
      await workers[at].ready
      await count(left[1]!, acknowledged)
      expect((await serve(workers[at])).value).toBe(last)
    })

    test('one that is stopped is not waited for, and serves what it knew as STALE when it wakes', async () => {
      const [stopped, by] = workers as [FlagProcess, FlagProcess]
      const before = last
      stopped.signal('SIGSTOP')
      await count(by, acknowledged)
      const first = serve(stopped) // is answered with what it knows when it wakes
      stopped.signal('SIGCONT')
      const served = await first
      expect(served.value === last || served.reason === 'STALE', JSON.stringify(served)).toBe(true)
      expect(served.value).toBeGreaterThanOrEqual(before)
      await allServe(last)
      await count(by, acknowledged)
    })

    test('after any changes through any of them all evaluate like a fresh one', async () => {
      const seed = testSeed('changes through three processes')
      const random = seededRandom(seed)
      const pick = <T>(of: readonly T[]) => of[Math.floor(random() * of.length)]!
      const names = ['a', 'b', 'c']
      const added = await database.pool.query(
        `insert into users (email, hashed_password) values ('one@example.org', ''), ('two@example.org', '') returning id`,
      )
      const users = added.rows.map(({ id }) => id as string)
      const contexts = [...users, 'x', 'y', 'z'].map((targetingKey, n) => ({
        targetingKey,
        role: n % 2 ? 'admin' : 'user',
      }))
      await workers[0]!.change('segments', 'put', 's', { included: ['x'] })
      for (const name of names) await workers[0]!.change('flags', 'create', { name, enabled: true })
      const any = { expected: '*' }
      const rule = () => ({
        id: 'r',
        when: pick([{ segment: 's' }, { attribute: 'role', operator: 'equals', value: 'admin' }]),
        serve: { variant: pick(['on', 'off']) },
      })
      const changes: readonly (() => readonly unknown[])[] = [
        () => ['flags', 'toggle', pick(names), undefined],
        () => ['flags', 'setKilled', pick(names), random() < 0.3],
        () => ['flags', 'setArchived', 'c', random() < 0.3],
        () => ['flags', 'patch', pick(names), { rolloutPercentage: Math.floor(random() * 101) }, any],
        () => ['flags', 'patch', pick(names), { targetingRules: random() < 0.7 ? [rule()] : [] }, any],
        () => [
          'flags',
          'patch',
          'a',
          { prerequisites: [{ flag: 'b', variants: [pick(['on', 'off'])] }] },
          any,
        ],
        () => ['overrides', 'put', pick(users), pick(names), { enabled: random() < 0.5 }],
        () => ['segments', 'put', 's', { included: [pick(users), pick(['x', 'y', 'z'])] }, any],
      ]
      for (let round = 0; round < rounds; round++) {
        const done: unknown[] = []
        for (let n = 0; n < 5; n++) {
          const [service, method, ...args] = pick(changes)() as [string, string]
          done.push([method, ...args])
          await pick(workers).change(service, method, ...args)
        }
        await count(pick(workers), acknowledged)
        const fresh = compileSnapshot(checkSnapshot(await loadFlagSnapshot(database.db, environment)))
        const wanted = names.map(name =>
          contexts.map(context => fresh.evaluate(name, false, context, Date.now(), false).value),
        )
        for (const worker of workers)
          expect(
            await worker.call('values', { names, contexts }),
            `seed ${seed}, round ${round}: ${JSON.stringify(done)}`,
          ).toEqual(wanted)
      }
    })

    test('and nothing older than what was acknowledged was served as confirmed at any time', () => {
      expect(violations).toEqual([])
    })
  },
)
