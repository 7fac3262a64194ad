import { createBundledEmbedder } from '@voiceassist/api-gateway/embedding/bundled-embedder'
import { percentile } from '../common/say.js'
import { madeQuestions } from '../made-database/keys.js'

const questions = 30
const warmUp = 5

/** Median milliseconds that the embedder that a user gets takes for a question. */
export async function embedderMs(): Promise<number> {
  const embedder = createBundledEmbedder()
  try {
    const taken: number[] = []
    for (const text of await madeQuestions(questions + warmUp)) {
      const startedAt = performance.now()
      await embedder.embed([text], { priority: 'interactive' })
      taken.push(performance.now() - startedAt)
    }
    return percentile(taken.slice(warmUp), 0.5)
  } finally {
    await embedder.close()
  }
}
