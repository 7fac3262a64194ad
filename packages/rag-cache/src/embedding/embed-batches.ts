import { RagError } from '../rag-error.js'
import { checkVector } from './check-vector.js'

export type Embed = (texts: readonly string[], signal?: AbortSignal) => Promise<readonly Float32Array[]>

interface Waiting {
  readonly text: string
  resolve(vector: Float32Array): void
  reject(error: unknown): void
}

const maxBatch = 32

/** Texts that are asked for at one moment go to the embedder together. */
export class EmbedBatches {
  readonly #embed: Embed
  readonly #dimensions: number
  readonly #closed: AbortSignal
  #waiting: Waiting[] = []

  constructor(embed: Embed, dimensions: number, closed: AbortSignal) {
    this.#embed = embed
    this.#dimensions = dimensions
    this.#closed = closed
  }

  /** @throws RagError RAG_EMBEDDING_INVALID, and what the embedder throws. */
  vector(text: string): Promise<Float32Array> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#send())
      this.#waiting.push({ text, resolve, reject })
    })
  }

  #send(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (let at = 0; at < waiting.length; at += maxBatch) void this.#run(waiting.slice(at, at + maxBatch))
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    try {
      const texts = batch.map(({ text }) => text)
      const vectors = await this.#embed(texts, this.#closed)
      if (!Array.isArray(vectors) || vectors.length !== batch.length)
        throw new RagError('RAG_EMBEDDING_INVALID', 'embed must return one vector for each text', {
          field: 'embed',
        })
      for (const vector of vectors) checkVector(vector, this.#dimensions, 'embed')
      for (const [at, { resolve }] of batch.entries()) resolve(vectors[at])
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
}
