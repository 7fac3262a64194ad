import { gatewayActor } from '@voiceassist/api-gateway/audit/actor'
import { postgresFlagStore } from '@voiceassist/api-gateway/flags/postgres-flag-store'
import { createCache } from '@voiceassist/cache'
import { redisTier } from '@voiceassist/cache/redis'
import { createFeatureFlags, type FlagStore, snapshotKey } from '@voiceassist/feature-flags'
import type { Figure } from '../../cache/figure.js'
import { percentile } from '../../common/say.js'
import { benchEnvironment, startFlagServers } from '../flag-servers.js'
import type { FlagsBench } from '../flags-bench.js'

const flagCount = 100
const userCount = 1000
const batch = 1000

/** `isEnabled` answered by each tier, of 100 flags; and how often each has to be asked in a mix of look-ups and changes. */
export async function tiers({ quick }: FlagsBench): Promise<Figure[]> {
  const servers = await startFlagServers()
  const { admin, database, redisUrl } = servers
  const cache = createCache({ remote: redisTier({ url: redisUrl }) })
  const actor = gatewayActor('bench')
  const name = (at: number) => `flag-${at % flagCount}`
  const context = (at: number) => ({ targetingKey: `user-${at % userCount}`, role: 'clinician' })
  try {
    for (let at = 0; at < flagCount; at++)
      await admin.flags.create(actor, { name: name(at), enabled: true, rolloutPercentage: at })
    const store = postgresFlagStore(database.db, { error: () => {} })
    const open = (of: FlagStore) => createFeatureFlags({ cache, store: of, environment: benchEnvironment })
    const rounds = quick ? 30 : 200
    const timesOf = async (before: () => Promise<unknown>) => {
      const taken: number[] = []
      for (let round = 0; round < rounds; round++) {
        const flags = open(store)
        await before()
        const startedAt = performance.now()
        await flags.isEnabled(name(round), context(round))
        taken.push((performance.now() - startedAt) * 1000)
        await flags.close()
      }
      return taken
    }
    const l3 = await timesOf(() => cache.delete(snapshotKey(benchEnvironment)))
    const l2 = await timesOf(async () => {})
    const flags = open(store)
    await flags.warmCache()
    const l1: number[] = []
    for (let round = 0; round < rounds; round++) {
      const startedAt = performance.now()
      for (let at = 0; at < batch; at++) await flags.isEnabled(name(at), context(at))
      l1.push(((performance.now() - startedAt) * 1000) / batch)
    }
    await flags.close()
    const mixed = open(store)
    await mixed.warmCache()
    // A request asks for five flags; one of two hundred requests comes after a change.
    for (let request = 0; request < (quick ? 2000 : 20_000); request++) {
      if (request % 200 === 199) {
        await admin.flags.toggle(actor, name(request))
        await cache.delete(snapshotKey(benchEnvironment)) // as the relay does
      }
      for (let at = 0; at < 5; at++) await mixed.isEnabled(name(request * 7 + at), context(request))
    }
    const stats = mixed.getCacheStats()
    await mixed.close()
    const times = (tier: string, of: readonly number[]): Figure[] => [
      { name: `${tier}, median`, value: percentile(of, 0.5), unit: 'µs' },
      { name: `${tier}, p99`, value: percentile(of, 0.99), unit: 'µs' },
    ]
    return [
      ...times('L1, memory', l1),
      ...times('first look-up from L2, Redis', l2),
      ...times('first look-up from L3, PostgreSQL', l3),
      { name: 'L1 hit rate of the mix', value: stats.l1Cache.hitRate, unit: '%', goal: { atLeast: 95 } },
      { name: 'L2 hit rate of the mix', value: stats.l2Cache.hitRate, unit: '%' },
      {
        ...{ name: 'hit rate of the mix', value: stats.overall.cacheHitRate, unit: '%' },
        goal: { atLeast: 95 },
      },
    ]
  } finally {
    await cache.close()
    await servers.close()
  }
}
