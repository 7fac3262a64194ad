import { canStartValkey, type KeyValueServer, startValkey } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe } from 'vitest'
import { testProcesses } from './scenarios.js'

/** Only with TEST_LONG: Redis and the cluster of Valkey show the same of the same protocol. */
const runs = Boolean(process.env.TEST_LONG) && canStartValkey()

describe.runIf(runs)('four processes over Valkey', { timeout: 120_000 }, () => {
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
