import { FakeClock } from '@voiceassist/testkit'
import { describe, it } from 'vitest'
import { memoryServer, tierContract } from '#src/testing'

for (const partitions of [1, 4])
  describe(`the memory server, ${partitions} partitions`, () => {
    tierContract(
      { describe, it },
      async () => {
        const clock = new FakeClock()
        const server = memoryServer({ clock, partitions })
        return {
          tier: () => server.tier(),
          passTime: ms => clock.advance(ms),
          restart: async () => server.restart(),
          close: async () => {},
        }
      },
      { movesTime: true, restarts: true },
    )
  })
