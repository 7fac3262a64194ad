import type { Clock } from '@voiceassist/kernel'
import { GatewayError } from '../errors.js'
import { openAiAddress } from '../openai-address.js'
import type { Embedder } from './embedder.js'
import { embeddingVectors } from './embedding-response.js'
import { postJson } from './post-json.js'

export interface OpenAiEmbedderOptions {
  /** The address of `POST …/v1/embeddings`, or its base with or without `/v1`. */
  readonly url: string
  readonly apiKey?: string
  readonly model: string
  /** Expected of every answer; asked of the server by one call when absent. */
  readonly dimensions?: number
  /** Deadline of one request; it is tried at most 4 times. */
  readonly timeoutMs: number
  readonly clock: Clock
}

const textsPerRequest = 64
const requestsAtOnce = 4

/**
 * An embedder on a server that speaks OpenAI's embeddings API. A call sends its texts 64 at a time, one request after
 * the other, so that callers decide how many requests are under way.
 * @throws GatewayError CONFIG_INVALID for an address that cannot be used, EMBEDDER_FAILED when the first call fails.
 */
export async function createOpenAiEmbedder(options: OpenAiEmbedderOptions): Promise<Embedder> {
  const address = openAiAddress('EMBEDDINGS_URL', options.url, '/embeddings')
  const closing = new AbortController()

  const request = async (texts: readonly string[], signal: AbortSignal, dimensions?: number) => {
    // Servers refuse an empty input.
    const body = { model: options.model, input: texts.map(text => (text.trim() === '' ? '-' : text)) }
    return embeddingVectors(await postJson({ ...options, address, body, signal }), texts.length, dimensions)
  }
  const dimensions = options.dimensions ?? (await request(['dimensions'], closing.signal))[0]!.length

  return {
    model: options.model,
    dimensions,
    parallelism: requestsAtOnce,
    async embed(texts, { signal } = {}) {
      const vectors: Float32Array[] = []
      const either = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal
      for (let start = 0; start < texts.length; start += textsPerRequest) {
        vectors.push(...(await request(texts.slice(start, start + textsPerRequest), either, dimensions)))
      }
      return vectors
    },
    async close() {
      closing.abort(new GatewayError('EMBEDDER_FAILED', 'The embedder is closed'))
    },
  }
}
