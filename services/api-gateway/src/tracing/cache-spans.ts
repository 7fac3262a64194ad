import { type Attributes, SpanKind } from '@opentelemetry/api'
import { type CacheEvent, type CacheReadEvent, cacheChannel, cacheReadChannel } from '@voiceassist/cache'
import type { CacheNamespace } from '../cache/cache-options.js'
import { cachedEmbedding } from './embedding-spans.js'
import type { SpanScopes } from './span-scope.js'

const embeddings: CacheNamespace = 'rag_embedding'

/**
 * A span for each read of the cache, each load from the source and each operation of the second tier that a request waits
 * for, when it has ended, until the returned function is called.
 * @param model that embeds what the cache keeps of it
 */
export function cacheSpans(scopes: SpanScopes, model: () => string | undefined): () => void {
  const add = (name: string, attributes: Attributes, durationMs: number, error?: string) => {
    const scope = scopes.current()
    if (!scope?.isSampled) return
    const endedMs = scopes.clock.monotonic()
    scope.add({ name, kind: SpanKind.INTERNAL, attributes }, endedMs - durationMs, endedMs, error)
  }
  const read = (message: unknown) => {
    const { namespace, by, durationMs } = message as CacheReadEvent
    const isHit = by === 'memory' || by === 'remote'
    const attributes = {
      'voiceassist.cache.namespace': namespace,
      'voiceassist.cache.answered_by': by,
      ...(isHit && namespace === embeddings ? cachedEmbedding(model()) : {}),
    }
    add(`cache read ${namespace}`, attributes, durationMs)
  }
  const operation = (message: unknown) => {
    const event = message as CacheEvent
    if (event.kind === 'load') {
      const { namespace, durationMs, failed } = event
      const attributes = { 'voiceassist.cache.namespace': namespace }
      add(`cache load ${namespace}`, attributes, durationMs, failed ? 'failed' : undefined)
    } else if (event.kind === 'remote') {
      const { operation, durationMs, outcome } = event
      const attributes = { 'voiceassist.cache.operation': operation }
      add(`cache ${operation}`, attributes, durationMs, outcome === 'done' ? undefined : outcome)
    }
  }
  cacheReadChannel.subscribe(read)
  cacheChannel.subscribe(operation)
  return () => {
    cacheReadChannel.unsubscribe(read)
    cacheChannel.unsubscribe(operation)
  }
}
