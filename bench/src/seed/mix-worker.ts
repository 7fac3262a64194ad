import { setTimeout as sleep } from 'node:timers/promises'
import { gatewayActor } from '@voiceassist/api-gateway/audit/actor'
import type { SearchService } from '@voiceassist/api-gateway/services/search-port'
import { seededRandom } from '@voiceassist/testkit'
import type { Keys } from '../made-database/keys.js'
import { of, search } from '../made-database/operations.js'
import { zipf } from '../rag/zipf.js'
import { openGateway } from './cached-gateway.js'

/** What a gateway's process is to do. */
export interface MixOrder {
  readonly keys: Keys
  readonly questions: readonly string[]
  readonly requests: number
  readonly seed: number
}

/** What it was like. */
export interface MixReport {
  readonly seconds: number
  readonly processorSeconds: number
  readonly residentBytes: number
  /** By the cache in memory. */
  readonly keptBytes: number
  /** Percent; of what nothing was asked, 0. */
  readonly hitRates: Readonly<
    Record<'flags in memory' | 'memory' | 'Redis' | 'embeddings' | 'searches', number>
  >
}

const atOnce = 4
const flagsOfRequest = 5

/** A mix of what users and operators ask of a gateway's services; each request also looks at flags. */
async function run({ keys, questions, requests, seed }: MixOrder): Promise<MixReport> {
  const { flags, services, cache, close } = await openGateway(process.env as Record<string, string>)
  const random = seededRandom(seed)
  const session = zipf(keys.sessions, random)
  const question = zipf(questions, random)
  const actor = { ...gatewayActor('bench'), role: 'user' } as const
  const requestOf = async () => {
    for (let at = 0; at < flagsOfRequest; at++)
      await flags.isEnabled(of(keys.flags, Math.floor(random() * keys.flags.length)), {
        targetingKey: 'somebody',
      })
    const { id, userId } = session()
    const chance = random()
    if (chance < 0.25) return services.sessions.list({ ...actor, userId }, { limit: 50 })
    if (chance < 0.7) return services.messages.list({ ...actor, userId }, id, { limit: 50, order: 'desc' })
    if (chance < 0.8) return services.documents.list({ limit: 50 })
    return services.search.search({ query: question(), ...search })
  }
  if (cache.rag) await untilSearchesAreKept(services.search)
  const [startedAt, usedBefore] = [performance.now(), process.cpuUsage()]
  let left = requests
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (left-- > 0) await requestOf()
    }),
  )
  const { user, system } = process.cpuUsage(usedBefore)
  const { tiers } = cache.cache.stats()
  const rag = cache.rag?.cache.getCacheStats()
  const report = {
    seconds: (performance.now() - startedAt) / 1000,
    processorSeconds: (user + system) / 1e6,
    residentBytes: process.memoryUsage.rss(),
    keptBytes: tiers.memory.bytes,
    hitRates: {
      'flags in memory': flags.getCacheStats().l1Cache.hitRate,
      memory: 100 * tiers.memory.hitRate,
      Redis: 100 * tiers.remote.hitRate,
      embeddings: rag?.query_embedding.hitRate ?? 0,
      searches: rag?.search_results.hitRate ?? 0,
    },
  }
  await close()
  return report
}

/** A gateway that was just started keeps none before it knows where the log of changes ends. */
async function untilSearchesAreKept({ search: find }: SearchService): Promise<void> {
  while ((await find({ query: 'anything', ...search })).from !== 'cache') await sleep(50)
}

process.once('message', (order: MixOrder) => {
  run(order).then(
    report => process.send!(report, () => process.disconnect()),
    error => {
      console.error(error)
      process.exit(1)
    },
  )
})
