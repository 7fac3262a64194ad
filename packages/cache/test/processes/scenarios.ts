import { eventually, type KeyValueServer, testSeed } from '@voiceassist/testkit'
import { Redis } from 'ioredis'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import type { CacheProcess } from './cache-process.js'
import { startLoad } from './random-load.js'
import { World } from './world.js'

/** With TEST_LONG many more calls. */
const calls = process.env.TEST_LONG ? 20_000 : 150

export interface Tested {
  /** As `redisTier` takes it. */
  redis(): object
  /** Masters. */
  servers(): readonly KeyValueServer[]
  /** Resolves when servers that were away serve again. */
  settled(): Promise<void>
}

/** What four processes over one second tier keep, whatever happens to them and to it. */
export function testProcesses({ redis, servers, settled }: Tested): void {
  /** What a test left settled serves the next one. */
  let settledWorld: World | undefined
  afterAll(() => settledWorld?.close())

  const open = async () => {
    const world = settledWorld ?? (await World.open({ redis: redis() }))
    settledWorld = undefined
    onTestFinished(() => (world === settledWorld ? undefined : world.close()))
    return world
  }
  const begin = async (title: string) => {
    const seed = testSeed(title)
    const world = await open()
    const load = startLoad(world, seed)
    await world.calls(calls)
    return { world, load }
  }
  const settle = async (world: World) => {
    await world.settle()
    settledWorld = world
  }

  const killClients = (type: string) =>
    Promise.all(
      servers().map(async ({ url }) => {
        const raw = new Redis(url)
        await raw.call('client', 'kill', 'type', type, 'skipme', 'yes')
        raw.disconnect()
      }),
    )

  test('a steady load of all operations', async () => {
    const { world, load } = await begin('steady load')
    const { acknowledged } = world.count
    await world.calls(2 * calls)
    await load.end()
    await settle(world)
    expect(world.count.acknowledged).toBeGreaterThan(acknowledged)
  })

  test('processes are killed in the middle of a load, and started again', async () => {
    const { world, load } = await begin('killed processes')
    for (const at of [0, 2]) {
      const victim = world.workers[at] as CacheProcess
      await world.kill(victim)
      const { acknowledged } = world.count
      await world.reached(() => world.count.acknowledged, acknowledged + 4)
      await world.restart(victim)
      await world.calls(calls)
    }
    await load.end()
    await settle(world)
    for (const worker of world.workers)
      expect((await world.facts(worker)).longestAcknowledgedMs).toBeLessThan(acknowledgedMs)
  })

  test('a process that holds a lease dies, and another one takes over', async () => {
    const world = await open()
    const [holder, other] = world.workers as [CacheProcess, CacheProcess]
    let asked = 0
    world.answer = async () => (asked++ === 0 ? new Promise<number[]>(() => {}) : [7])
    void holder.call({ call: 'getOrSet', keys: ['a:held'] }).catch(() => {})
    await eventually(() => expect(asked).toBe(1))
    const waits = other.call({ call: 'getOrSet', keys: ['a:held'] })
    await holder.kill()
    expect(await waits).toEqual([['a:held', 7]])
    expect(asked).toBe(2)
    world.answer = undefined
    await world.restart(holder)
    await settle(world)
  })

  test('a process is stopped for longer than its lease, and wakes up', async () => {
    const { world, load } = await begin('a stopped process')
    const sleeper = world.workers[1] as CacheProcess
    await Promise.all(world.keys.map(key => world.read(sleeper, 'getOrSet', [key])))
    const repeated = world.stop(sleeper)
    // Messages that wait in its socket would tell it everything before the first request.
    await killClients('pubsub')
    const awake = world.live()[0] as CacheProcess
    const options = { acknowledged: true }
    // They return when the lease of the one that sleeps has run out.
    await Promise.all(
      world.keys.slice(0, 8).map(key => world.write(awake, [key], { call: 'delete', options })),
    )
    await repeated
    const queued = world.keys.flatMap(key => [
      world.read(sleeper, 'get', [key]),
      world.read(sleeper, 'getOrSet', [key]),
    ])
    sleeper.continue()
    await Promise.all(queued)
    expect(world.oracle.violations).toEqual([])
    await world.calls(calls)
    await load.end()
    await settle(world)
  })

  test('connections are cut', async () => {
    const { world, load } = await begin('cut connections')
    for (const type of ['normal', 'pubsub', 'normal', 'pubsub']) {
      await killClients(type)
      await world.calls(calls / 4)
    }
    await load.end()
    await settle(world)
  })

  test('a server stands still, with all connections open', async () => {
    const { world, load } = await begin('a paused server')
    const [server] = servers() as [KeyValueServer]
    await server.pause()
    await world.reached(() => world.count.journaled, world.count.journaled + 50)
    await server.resume()
    await settled()
    await world.connected()
    await world.calls(calls)
    await load.end()
    await settle(world)
  })

  test('a server is restarted: empty, and then as an older copy of itself', async () => {
    const { world, load } = await begin('a restarted server')
    const [server] = servers() as [KeyValueServer]
    await server.kill()
    await server.start()
    await settled()
    await world.connected()
    await world.calls(calls / 2)
    await server.dump()
    await world.calls(calls / 2)
    await server.kill()
    await server.start()
    await settled()
    await world.connected()
    await world.calls(calls / 2)
    await load.end()
    await settle(world)
  })

  test('everything is flushed in the middle of a load', async () => {
    const { world, load } = await begin('flushed')
    const raw = servers().map(({ url }) => new Redis(url))
    onTestFinished(() => raw.forEach(client => void client.disconnect()))
    for (let times = 0; times < 3; times++) {
      await Promise.all(raw.map(client => client.flushall()))
      await world.calls(calls / 3)
    }
    await load.end()
    await settle(world)
  })

  test('a cold key that 1,000 ask for at once is loaded once', async () => {
    const world = await World.open({ redis: redis(), verifyHits: 0, remoteTimeoutMs: 5000 })
    onTestFinished(() => world.close())
    for (const key of ['a:cold', 'b:cold', 'a:colder']) {
      let begun = 0
      let asked = 0
      let release = () => {}
      const held = new Promise<void>(resolve => {
        release = resolve
      })
      world.begun = () => {
        if (++begun === 4) release()
      }
      world.answer = async () => {
        asked++
        await held
        return [3]
      }
      const answers = await Promise.all(
        world.workers.map(worker => worker.call({ call: 'stampede', keys: [key], times: 250 })),
      )
      expect(answers.flat()).toEqual(Array.from({ length: 1000 }, () => [key, 3]))
      expect(asked).toBe(1)
    }
  })
}

/** Lease and margin, two deadlines of the second tier, and a very busy machine: it was not waited for without end. */
const acknowledgedMs = 2050 + 200 + 10_000
