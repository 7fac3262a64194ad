import { canStartRedis, type KeyValueServer, startRedis } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe } from 'vitest'
import { testProcesses } from './scenarios.js'

describe.skipIf(!canStartRedis())('four processes over Redis', { timeout: 120_000 }, () => {
  let server: KeyValueServer
  beforeAll(async () => {
    server = await startRedis()
  }, 120_000)
  afterAll(() => server.close())

  testProcesses({
    redis: () => ({ url: server.url }),
    servers: () => [server],
    settled: async () => {},
  })
})
