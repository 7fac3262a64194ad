import type { Clock } from '@voiceassist/kernel'
import type { Config } from '../config.js'
import { createBundledEmbedder } from './bundled-embedder.js'
import type { Embedder } from './embedder.js'
import { createOpenAiEmbedder } from './openai-embedder.js'

const requestTimeoutMs = 30_000

/**
 * The embedder that the configuration names. Its server is asked for its dimensions where they are not given.
 * @throws GatewayError EMBEDDER_FAILED when the server does not answer.
 */
export async function openEmbedder(
  { embeddings }: Config,
  clock: Clock,
  dimensions?: number,
): Promise<Embedder> {
  if (!embeddings) return createBundledEmbedder()
  const { url, apiKey, model } = embeddings
  return createOpenAiEmbedder({
    url,
    model,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(dimensions === undefined ? {} : { dimensions }),
    timeoutMs: requestTimeoutMs,
    clock,
  })
}
