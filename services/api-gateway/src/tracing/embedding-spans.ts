import { SpanKind } from '@opentelemetry/api'
import type { Embedder } from '../embedding/embedder.js'
import { errorType } from './error-type.js'
import type { SpanScopes } from './span-scope.js'

/** Attributes of a read of the cache that brought what the embedder would have. */
export function cachedEmbedding(model: string | undefined) {
  return { ...(model === undefined ? {} : { 'voiceassist.embedding.model': model }), ...of(1, true) }
}

/** The same embedder; each call for a request has a span, within which its outgoing calls are. */
export function tracedEmbedder(scopes: SpanScopes, embedder: Embedder): Embedder {
  const { model, dimensions, parallelism } = embedder
  return {
    model,
    dimensions,
    parallelism,
    async embed(texts, options) {
      const within = scopes.current()
      if (!within) return embedder.embed(texts, options)
      const attributes = { 'voiceassist.embedding.model': model, ...of(texts.length, false) }
      const scope = within.begin({ name: `embeddings ${model}`, kind: SpanKind.INTERNAL, attributes })
      try {
        const vectors = await scopes.run(scope, () => embedder.embed(texts, options))
        scope.end()
        return vectors
      } catch (error) {
        scope.end(errorType(error))
        throw error
      }
    },
    close: () => embedder.close(),
  }
}

function of(count: number, cached: boolean) {
  return { 'voiceassist.embedding.count': count, 'voiceassist.embedding.cached': cached }
}
