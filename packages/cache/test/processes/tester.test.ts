import { canStartRedis, eventually, type KeyValueServer, startRedis } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { CacheProcess } from './cache-process.js'
import { World } from './world.js'

describe.skipIf(!canStartRedis())('the tests of processes', () => {
  let server: KeyValueServer
  beforeAll(async () => {
    server = await startRedis()
  }, 120_000)
  afterAll(() => server.close())

  const key = 'a:0'
  const options = { acknowledged: true }

  test('go red when processes do not apply what others invalidate', async () => {
    const world = await World.open({ redis: { url: server.url }, deaf: true })
    onTestFinished(() => world.close())
    const [one, other] = world.workers as [CacheProcess, CacheProcess]
    await eventually(async () => {
      await world.read(one, 'getOrSet', [key])
      expect((await world.facts(one)).memoryHits).toBeGreaterThan(0)
    })
    await world.write(other, [key], { call: 'delete', options })
    await world.read(one, 'get', [key])
    expect(world.oracle.violations).toHaveLength(1)
    await eventually(async () => {
      await world.read(one, 'getOrSet', [key])
      expect(world.stale).toContain('a')
    })
  })

  test('the sampler tells of a source that changed and told nobody', async () => {
    const world = await World.open({ redis: { url: server.url } })
    onTestFinished(() => world.close())
    const [one] = world.workers as [CacheProcess]
    await world.read(one, 'getOrSet', [key])
    world.oracle.change([key])
    await eventually(async () => {
      await world.read(one, 'getOrSet', [key])
      expect(world.stale).toContain('a')
    })
    await world.write(one, [key], { call: 'delete', options })
    world.stale.length = 0
    await world.settle()
  })
})
