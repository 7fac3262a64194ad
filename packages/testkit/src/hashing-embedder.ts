import type { Embedder } from '@voiceassist/api-gateway/embedding/embedder'
import { GatewayError } from '@voiceassist/api-gateway/errors'

/**
 * A deterministic embedder for tests: counts each word in the dimension that its hash names (feature hashing, FNV-1a),
 * with the sign of another bit. Texts with words in common are near, and nothing is loaded or computed elsewhere.
 */
export function createHashingEmbedder(dimensions = 512): Embedder {
  let isClosed = false
  return {
    model: `hashing-${dimensions}`,
    dimensions,
    parallelism: 2,
    async embed(texts, { signal } = {}) {
      signal?.throwIfAborted()
      if (isClosed) throw new GatewayError('EMBEDDER_FAILED', 'The embedder is closed')
      return texts.map(text => hashedVector(text, dimensions))
    },
    async close() {
      isClosed = true
    },
  }
}

function hashedVector(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions)
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)) {
    const hash = fnv1a(word)
    vector[hash % dimensions]! += hash >>> 31 === 0 ? 1 : -1
  }
  const length = Math.hypot(...vector)
  if (length === 0) return vector.fill(1 / Math.sqrt(dimensions))
  return vector.map(value => value / length)
}

function fnv1a(word: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < word.length; index += 1) {
    hash = Math.imul(hash ^ word.charCodeAt(index), 0x01000193)
  }
  return hash >>> 0
}
