import type { Embedder } from '../../embedding/embedder.js'
import type { IndexingOptions } from './documents-port.js'

/** Texts of one call: enough to fill a request of a server, few enough for progress to show. */
const textsPerCall = 32

/** One vector a text, with as many calls under way as the embedder has use for. */
export async function embedTexts(
  embedder: Embedder,
  texts: readonly string[],
  { onProgress, signal }: IndexingOptions = {},
): Promise<Float32Array[]> {
  const vectors = new Array<Float32Array>(texts.length)
  const failed = new AbortController()
  const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal
  let next = 0
  let embedded = 0
  const lane = async () => {
    while (next < texts.length) {
      const first = next
      next += textsPerCall
      const answer = await embedder.embed(texts.slice(first, next), { priority: 'batch', signal: either })
      for (const [index, vector] of answer.entries()) vectors[first + index] = vector
      embedded += answer.length
      onProgress?.({ embedded, chunks: texts.length })
    }
  }
  try {
    await Promise.all(Array.from({ length: embedder.parallelism }, lane))
  } catch (error) {
    failed.abort(error)
    throw error
  }
  return vectors
}
