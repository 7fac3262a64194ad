import { GatewayError } from '../errors.js'
import { unitVector } from './unit-vector.js'

/**
 * The vectors of an answer in the order of the texts, at unit length.
 * @throws GatewayError EMBEDDER_FAILED unless it has exactly `count` finite vectors, all of `dimensions` (of one length
 *   when not given). The message names the fault, never a content.
 */
export function embeddingVectors(answer: unknown, count: number, dimensions?: number): Float32Array[] {
  const data = (answer as { data?: unknown } | null)?.data
  if (!Array.isArray(data)) throw invalid('it has no list of data')
  if (data.length !== count) throw invalid(`it has ${data.length} vectors for ${count} texts`)
  const vectors = new Array<Float32Array | undefined>(count).fill(undefined)
  for (const item of data as ({ index?: unknown; embedding?: unknown } | null)[]) {
    const index = item?.index
    if (typeof index !== 'number' || !(index in vectors) || vectors[index])
      throw invalid('its indexes are wrong')
    vectors[index] = checkedVector(item?.embedding, dimensions ?? vectors.find(known => known)?.length)
  }
  return vectors as Float32Array[]
}

function checkedVector(embedding: unknown, dimensions?: number): Float32Array {
  if (!Array.isArray(embedding) || embedding.length === 0) throw invalid('a vector is not a list of numbers')
  if (dimensions !== undefined && embedding.length !== dimensions) {
    throw invalid(`a vector has ${embedding.length} dimensions, expected are ${dimensions}`)
  }
  if (!embedding.every(Number.isFinite)) throw invalid('a vector holds something that is not a number')
  const vector = unitVector(embedding)
  if (!(Math.abs(Math.hypot(...vector) - 1) < 1e-3)) throw invalid('a vector has no direction')
  return vector
}

function invalid(what: string): GatewayError {
  return new GatewayError('EMBEDDER_FAILED', `The answer of the embeddings server cannot be used: ${what}`, {
    remedy: 'Check EMBEDDINGS_URL and EMBEDDINGS_MODEL',
  })
}
