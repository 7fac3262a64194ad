import { createBundledEmbedder } from '@voiceassist/api-gateway/embedding/bundled-embedder'
import { createCache } from '@voiceassist/cache'
import { redisTier } from '@voiceassist/cache/redis'
import { createRagCache } from '@voiceassist/rag-cache'
import type { Figure } from '../cache/figure.js'
import { ratios, sideBySide, spreadOf } from '../cache/side-by-side.js'

const rounds = 9
const calls = 50

/** The vector of a question: from memory, from Redis, and from the embedder that a user gets. */
export async function embeddingTimes(redisUrl: string, questions: readonly string[]): Promise<Figure[]> {
  const embedder = createBundledEmbedder()
  const common = {
    remote: redisTier({ url: redisUrl }),
    prefix: 'embedding-times',
    encryption: [{ id: 'bench', key: Buffer.alloc(32, 1) }],
  }
  try {
    await using memory = createCache(common)
    await using redis = createCache({
      ...common,
      remote: redisTier({ url: redisUrl }),
      defaults: { memory: false },
    })
    const ragOver = (cache: typeof memory) =>
      createRagCache({
        cache,
        embed: texts => embedder.embed(texts, { priority: 'interactive' }),
        tenantKey: () => Buffer.alloc(32, 2),
        model: { name: embedder.model, dimensions: embedder.dimensions },
        index: { version: '1' },
      })
    await using inMemory = ragOver(memory)
    await using inRedis = ragOver(redis)
    const texts = questions.slice(0, calls)
    const each = (use: (text: string) => Promise<unknown>) => async (count: number) => {
      for (let at = 0; at < count; at++) await use(texts[at % calls]!)
    }
    const taken = await sideBySide(
      {
        memory: each(text => inMemory.embedding(text)),
        redis: each(text => inRedis.embedding(text)),
        made: each(text => embedder.embed([text], { priority: 'interactive' })),
      },
      rounds,
      calls,
    )
    const ms = (name: string, microseconds: readonly number[]): Figure => {
      const { median, quartiles } = spreadOf(microseconds.map(each => each / 1000))
      return { name, value: median, unit: 'ms', quartiles }
    }
    const { median, quartiles } = ratios(taken.memory, taken.made)
    return [
      ms('an embedding, from memory', taken.memory),
      ms('an embedding, from Redis', taken.redis),
      ms('an embedding, made by the bundled embedder', taken.made),
      { name: 'an embedding, from memory', value: median, unit: 'of making it', quartiles },
    ]
  } finally {
    await embedder.close()
  }
}
