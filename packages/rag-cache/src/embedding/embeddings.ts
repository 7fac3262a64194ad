import type { Cache } from '@voiceassist/cache'
import type { Clock } from '@voiceassist/kernel'
import { normalForm } from '../key/normal-form.js'
import type { RagKeys } from '../key/rag-keys.js'
import { RagError } from '../rag-error.js'
import { checkQuery, checkTenant } from '../search/check-request.js'
import type { TypeTally } from '../stats/type-tally.js'
import { checkVector } from './check-vector.js'
import type { EmbedBatches } from './embed-batches.js'
import { type PackedVector, type Precision, packVector, unpackVector } from './packed-vector.js'

interface StoredEmbedding {
  readonly vector: PackedVector
  readonly missMs: number
}

export interface EmbeddingParts {
  readonly cache: Cache
  readonly clock: Clock
  readonly keys: RagKeys
  readonly batches: EmbedBatches
  readonly tally: TypeTally
  readonly ttlSeconds: number
  readonly precision: Precision
  readonly dimensions: number
}

const keyForm = /^rag_embedding:[\w-]{43}$/

/** Vectors of texts in their normal form. */
export class Embeddings {
  readonly #parts: EmbeddingParts

  constructor(parts: EmbeddingParts) {
    this.#parts = parts
  }

  async of(tenant: string, text: string, signal?: AbortSignal): Promise<Float32Array> {
    const { cache, clock, keys, batches, tally, precision } = this.#parts
    const startedMs = clock.monotonic()
    let loaded = false
    const load = async (): Promise<StoredEmbedding> => {
      loaded = true
      const vector = packVector(await batches.vector(text), precision)
      return { vector, missMs: clock.monotonic() - startedMs }
    }
    const options = { ...this.#options(), ...(signal && { signal }) }
    const stored = await cache.getOrSet(keys.embedding(tenant, text), load, options)
    if (loaded) tally.miss(stored.missMs, this.#bytes())
    else tally.hit(stored.missMs - (clock.monotonic() - startedMs))
    // Also right after the miss it is the vector that later callers get.
    const vector = unpackVector(stored.vector)
    return loaded ? vector.slice() : vector
  }

  keyOf(text: string, tenant: string): string {
    checkQuery(text)
    checkTenant(tenant)
    return this.#parts.keys.embedding(tenant, normalForm(text))
  }

  async get(key: string): Promise<Float32Array | undefined> {
    checkKeyForm(key)
    const { cache, clock, tally } = this.#parts
    const startedMs = clock.monotonic()
    const stored = await cache.get<StoredEmbedding>(key)
    if (!stored) {
      tally.miss(clock.monotonic() - startedMs)
      return undefined
    }
    tally.hit(stored.missMs - (clock.monotonic() - startedMs))
    return unpackVector(stored.vector)
  }

  async set(key: string, vector: Float32Array): Promise<void> {
    checkKeyForm(key)
    checkVector(vector, this.#parts.dimensions, 'embedding')
    // What it had cost is not known.
    const stored: StoredEmbedding = { vector: packVector(vector, this.#parts.precision), missMs: 0 }
    await this.#parts.cache.set(key, stored, this.#options())
  }

  #options() {
    return { ttl: this.#parts.ttlSeconds, sensitive: true, compress: false, copy: 'freeze' } as const
  }

  #bytes(): number {
    const { dimensions, precision } = this.#parts
    return 200 + dimensions * { float32: 4, float16: 2, int8: 1 }[precision]
  }
}

function checkKeyForm(key: unknown): void {
  if (typeof key !== 'string' || !keyForm.test(key))
    throw new RagError('RAG_KEY_UNKNOWN', 'key is none that generateEmbeddingKey returned', { field: 'key' })
}
