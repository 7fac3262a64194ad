import { cacheChannel } from '@voiceassist/cache'
import { systemClock } from '@voiceassist/kernel'
import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { exposeCache } from '#src/metrics/cache-metrics'

// No turn of the event loop passes in it: another file's cache may still run in this process, and is heard here too.
it('says that the second tier is up for five seconds after it last answered', async () => {
  const registry = new Registry()
  let nowMs = 0
  const clock = { ...systemClock, monotonic: () => nowMs }
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
  nowMs += 4999
  expect(await isUp()).toBe(true)
  tell('timeout')
  nowMs += 1
  expect(await isUp()).toBe(false)
  close()
  tell('done')
  expect(await isUp()).toBe(false)
})
