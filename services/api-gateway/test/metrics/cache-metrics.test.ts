import { cacheChannel } from '@voiceassist/cache'
import { FakeClock } from '@voiceassist/testkit'
import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { exposeCache } from '#src/metrics/cache-metrics'

// Another file's cache may still run in this process, and what it says is heard here too: then the same once more.
it('says that the second tier is up for five seconds after it last answered', { retry: 20 }, async () => {
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
