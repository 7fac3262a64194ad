import type { Clock } from '@voiceassist/kernel'
import type { Config } from '../config.js'
import { createBundledEmbedder } from './bundled-embedder.js'
import type { Embedder } from './embedder.js'
import { createOpenAiEmbedder } from './openai-embedder.js'

const requestTimeoutMs = 30_000

/** The embedder that the configuration names. @throws GatewayError EMBEDDER_FAILED when its server does not answer. */
export async function openEmbedder({ embeddings }: Config, clock: Clock): Promise<Embedder> {
  if (!embeddings) return createBundledEmbedder()
  const { url, apiKey, model } = embeddings
  return createOpenAiEmbedder({
    url,
    model,
    ...(apiKey === undefined ? {} : { apiKey }),
    timeoutMs: requestTimeoutMs,
    clock,
  })
}
