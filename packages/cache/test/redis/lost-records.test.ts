import { type BorrowedServer, borrowRedis, canStartRedis } from '@voiceassist/testkit'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { KeyLayout } from '#src/redis/key-layout'
import type { Position, RemoteTier } from '#src/remote/remote-tier'
import { note, openTier, setRequest } from './open-tier.js'

const set = (key: string) => setRequest(key, { gen: 'g'.repeat(16), seq: 0, timeMs: Date.now() })

/** What a process heard of a gen is believed of the partition that has it. */
describe.skipIf(!canStartRedis())(
  'partitions that lose their records at once begin gens of their own',
  () => {
    let server: BorrowedServer
    beforeAll(async () => {
      server = await borrowRedis()
    }, 120_000)
    afterAll(() => server.close())

    test.each([
      ['positions', (tier: RemoteTier) => tier.positions()],
      [
        'a scope',
        (tier: RemoteTier) => tier.invalidateScope([0, 1, 2], { kind: 'tags', names: ['t'] }, note),
      ],
      ['sets', (tier: RemoteTier) => Promise.all(['n:1', 'n:2', 'n:3'].map(key => tier.set(set(key))))],
    ])('by %s', async (_by, begin) => {
      const { tier, prefix } = await openTier({ url: server.url })
      const raw = new Redis(server.url)
      await raw.unlink(...new KeyLayout(prefix, 16).metas)
      raw.disconnect()
      const begun = (await begin(tier)) as readonly Position[]
      expect(begun.length).toBeGreaterThan(2)
      expect(new Set(begun.map(({ gen }) => gen)).size).toBe(begun.length)
      const kept = await Promise.all([0, 1, 2].map(partition => tier.readMeta(partition)))
      expect(new Set(kept.map(({ gen }) => gen)).size).toBe(3)
    })
  },
)
