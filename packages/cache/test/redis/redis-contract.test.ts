import { systemClock } from '@voiceassist/kernel'
import {
  canStartRedis,
  canStartValkey,
  type KeyValueServer,
  startRedis,
  startValkey,
} from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { redisTier } from '#src/redis'
import { tierContract } from '#src/testing'

const kinds = [
  ['Redis', startRedis, canStartRedis],
  ['Valkey', startValkey, canStartValkey],
] as const

describe.each(kinds)('%s', (_name, start, can) => {
  describe.skipIf(!can())('holds the contract of a second tier', () => {
    let server: KeyValueServer
    beforeAll(async () => {
      server = await start()
    }, 120_000)
    afterAll(() => server.close())
    tierContract(
      { describe, it },
      async () => ({
        tier: () => redisTier({ url: server.url }),
        passTime: ms => systemClock.sleep(ms),
        restart: () => server.restart({ dump: true }),
        close: async () => {},
      }),
      { restarts: true },
    )
  })
})
