import { readConfig } from '@voiceassist/api-gateway/config'
import { openEmbedder } from '@voiceassist/api-gateway/embedding/open-embedder'
import { systemClock } from '@voiceassist/kernel'
import { seededRandom, startEmbeddingsServer, startRedis } from '@voiceassist/testkit'
import type { Figure } from '../cache/figure.js'
import { orderOf, spreadOf, timeRatio } from '../cache/side-by-side.js'
import { percentile } from '../common/say.js'
import { readCorpus } from '../retrieval/corpus.js'
import { type BenchGateway, startBenchGateway } from './bench-gateway.js'
import { embeddingTimes } from './embedding-times.js'
import { startFilledServer } from './filled-server.js'
import { type Way, ways } from './way.js'
import { zipf } from './zipf.js'

const searches = 4000
const rounds = 11
/** Searches of a round. */
const calls: Readonly<Record<Way, number>> = { cached: 400, uncached: 40, 'same body': 400 }
/** So that a question that is asked again is not the one before. */
const asked = 200

/** A cached search through the gateway beside the same one uncached, and beside the route alone; and how often one is cached. */
export async function http(data: string): Promise<Figure[]> {
  const corpus = await readCorpus(data)
  const embeddings = await startEmbeddingsServer()
  const redis = await startRedis()
  const embedder = await openEmbedder(readConfig({ ...embeddings.environment }), systemClock)
  try {
    const server = await startFilledServer(embedder, corpus)
    try {
      const gateway = await startBenchGateway({
        ...server.environment,
        ...embeddings.environment,
        REDIS_URL: redis.url,
      })
      try {
        const questions = corpus.questions.map(({ question }) => question)
        return [
          ...(await hitRates(gateway, questions)),
          ...(await searchTimes(gateway, questions)),
          ...(await embeddingTimes(redis.url, questions)),
        ]
      } finally {
        await gateway.close()
      }
    } finally {
      await server.close()
    }
  } finally {
    await embedder.close()
    await redis.close()
    await embeddings.close()
  }
}

/** Before anything is cached. */
async function hitRates(gateway: BenchGateway, questions: readonly string[]): Promise<Figure[]> {
  const pick = zipf(questions, seededRandom(2))
  const isHit: boolean[] = []
  for (let at = 0; at < searches; at++) isHit.push((await gateway.search(pick())) === 'cache')
  const percent = (of: readonly boolean[]) => (100 * of.filter(Boolean).length) / of.length
  const name = `of ${searches} searches by Zipf's law over ${questions.length} questions`
  return [
    { name: `hit rate ${name}, from empty`, value: percent(isHit), unit: '%', goal: { atLeast: 60 } },
    { name: 'hit rate of the last 1000', value: percent(isHit.slice(-1000)), unit: '%' },
  ]
}

async function searchTimes(gateway: BenchGateway, questions: readonly string[]): Promise<Figure[]> {
  const step = Math.floor(questions.length / asked)
  const chosen = questions.filter((_, at) => at % step === 0).slice(0, asked)
  const empty = (): Record<Way, number[]> => ({ cached: [], uncached: [], 'same body': [] })
  const [all, medians, processor] = [empty(), empty(), empty()]
  for (const question of chosen) await gateway.search(question)
  // The first two rounds warm up.
  for (let round = -2; round < rounds; round++)
    for (const way of orderOf(ways, round + 2)) {
      const before = await gateway.go(way)
      const taken: number[] = []
      for (let at = 0; at < calls[way]; at++) {
        const startedAt = performance.now()
        const from = await gateway.search(chosen[at % asked]!)
        taken.push(performance.now() - startedAt)
        if ((from === 'cache') !== (way !== 'uncached'))
          throw new Error(`a search that is ${way} came from '${from}'`)
      }
      const used = ((await gateway.go(way)) - before) / calls[way]
      if (round < 0) continue
      all[way].push(...taken)
      medians[way].push(percentile(taken, 0.5))
      processor[way].push(used)
    }
  // What the seed says of a cached search.
  const seedMs = 10
  return [
    ...ways.flatMap(way => [
      {
        name: `a search, ${way}, median`,
        value: spreadOf(medians[way]).median,
        unit: 'ms',
        ...(way === 'cached' ? { goal: { atMost: seedMs } } : {}),
      },
      { name: `a search, ${way}, p95`, value: percentile(all[way], 0.95), unit: 'ms' },
    ]),
    timeRatio('cached', 'of the route that returns the same body', medians.cached, medians['same body'], {
      atMost: 2,
    }),
    timeRatio(
      'cached',
      'of that route, by the gateway’s processor time',
      processor.cached,
      processor['same body'],
    ),
    timeRatio('cached', 'of the same search uncached', medians.cached, medians.uncached),
  ]
}
