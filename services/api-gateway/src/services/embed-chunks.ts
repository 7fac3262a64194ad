import type { Embedder } from '../embedding/embedder.js'
import { embeddingText } from '../knowledge/embedding-text.js'
import type { IndexingOptions } from './documents-port.js'

/** Texts of one call: enough to fill a request of a server, few enough for progress to show. */
const textsPerCall = 32

/** One vector a chunk, with as many calls under way as the embedder has use for. */
export async function embedChunks(
  embedder: Embedder,
  title: string,
  chunks: readonly { readonly heading: string; readonly text: string }[],
  { onProgress, signal }: IndexingOptions = {},
): Promise<Float32Array[]> {
  const vectors = new Array<Float32Array>(chunks.length)
  const failed = new AbortController()
  const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal
  let next = 0
  let embedded = 0
  const lane = async () => {
    while (next < chunks.length) {
      const first = next
      next += textsPerCall
      const texts = chunks
        .slice(first, next)
        .map(({ heading, text }) => embeddingText({ title, heading, text }))
      const answer = await embedder.embed(texts, { priority: 'batch', signal: either })
      for (const [index, vector] of answer.entries()) vectors[first + index] = vector
      embedded += answer.length
      onProgress?.({ embedded, chunks: chunks.length })
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
