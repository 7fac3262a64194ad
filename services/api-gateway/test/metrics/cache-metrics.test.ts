import { cacheChannel } from '@voiceassist/cache'
import { FakeClock } from '@voiceassist/testkit'
import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { exposeCache } from '#src/metrics/cache-metrics'

it('says that the second tier is up for five seconds after it last answered', async () => {
  const registry = new Registry()
  const clock = new FakeClock()
  const { close } = exposeCache(registry, {
    clock,
    report: () => ({ kind: 'redis', tiers: {}, namespaces: {} }) as never,
    remoteTook: () => {},
  })
  const tell = (outcome: 'done' | 'timeout') =>
    cacheChannel.publish({ kind: 'remote', operation: 'get', durationMs: 1, outcome })
  const isUp = async () =>
    /^cache_remote_up 1$/m.test(await registry.getSingleMetricAsString('cache_remote_up'))
  tell('timeout')
  expect(await isUp()).toBe(false)
  tell('done')
  await clock.advance(4999)
  expect(await isUp()).toBe(true)
  tell('timeout')
  await clock.advance(1)
  expect(await isUp()).toBe(false)
  close()
  tell('done')
  expect(await isUp()).toBe(false)
})
