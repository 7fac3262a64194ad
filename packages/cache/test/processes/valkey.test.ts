import { canStartValkey, type KeyValueServer, startValkey } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe } from 'vitest'
import { testProcesses } from './scenarios.js'

describe.skipIf(!canStartValkey())('four processes over Valkey', { timeout: 120_000 }, () => {
  let server: KeyValueServer
  beforeAll(async () => {
    server = await startValkey()
  }, 120_000)
  afterAll(() => server.close())

  testProcesses({
    redis: () => ({ url: server.url }),
    servers: () => [server],
    settled: async () => {},
  })
})
