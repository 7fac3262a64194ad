import { createCache } from '@voiceassist/cache'
import { createRagCache } from '@voiceassist/rag-cache'
import { createHashingEmbedder } from '@voiceassist/testkit'
import type { Figure } from '../cache/figure.js'
import { dimensions, type Passages, product, topK } from './passages.js'

/** How many of the 5 nearest chunks are lost when a question's vector is stored in fewer bits. */
export async function recallByPrecision({ documents, questions, vectors }: Passages): Promise<Figure[]> {
  const chunks = [...documents.values()].flat()
  const nearest = (vector: Float32Array) =>
    chunks
      .map((chunk, at) => [product(vector, chunk.embedding), at] as const)
      .sort(([a], [b]) => b - a)
      .slice(0, topK)
      .map(([, at]) => at)
  const embedder = createHashingEmbedder(dimensions)
  const asked = questions.filter((_, at) => at % 4 === 0)
  const figures: Figure[] = []
  for (const precision of ['float16', 'int8'] as const) {
    await using cache = createCache()
    await using rag = createRagCache({
      cache,
      embed: texts => embedder.embed(texts),
      tenantKey: () => Buffer.alloc(32, 1),
      model: { name: 'hashing', dimensions },
      index: { version: '1' },
      precision,
    })
    let kept = 0
    for (const question of asked) {
      const vector = vectors.get(question) as Float32Array
      const exact = new Set(nearest(vector))
      kept += nearest(await rag.embedding(question)).filter(at => exact.has(at)).length
    }
    const loss = 1 - kept / (asked.length * topK)
    const name = `${precision}: of the ${topK} nearest chunks lost, ${asked.length} questions`
    figures.push({ name, value: 100 * loss, unit: '%' })
  }
  return figures
}
