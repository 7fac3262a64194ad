import { createCache } from '@voiceassist/cache'
import { createRagCache, type InsertedChunk, type RagCache } from '@voiceassist/rag-cache'
import { createHashingEmbedder, seededRandom } from '@voiceassist/testkit'
import type { Figure } from '../cache/figure.js'
import { spreadOf } from '../cache/side-by-side.js'
import { dimensions, type Passages, score, scoreThreshold, searchAll, topK } from './passages.js'
import { zipf } from './zipf.js'

const searchesPerChange = 20

/** A cache of retrieval over a corpus in this process that loses and gets documents. */
class Knowledge implements AsyncDisposable {
  readonly documents: Map<string, readonly InsertedChunk[]>
  readonly rag: RagCache
  readonly #cache = createCache({ memory: { maxEntries: 50_000, maxBytes: 2 ** 29 } })
  readonly #spare: [string, readonly InsertedChunk[]][]
  readonly #random: () => number
  #isRemoval = false
  loads = 0

  constructor({ documents }: Passages, random: () => number) {
    const all = [...documents]
    this.#random = random
    this.#spare = all.filter((_, at) => at % 10 === 0)
    this.documents = new Map(all.filter((_, at) => at % 10 !== 0))
    const embedder = createHashingEmbedder(dimensions)
    this.rag = createRagCache({
      cache: this.#cache,
      embed: texts => embedder.embed(texts),
      tenantKey: () => Buffer.alloc(32, 1),
      model: { name: embedder.model, dimensions },
      index: { version: '1' },
      score,
    })
  }

  async search(query: string) {
    return this.rag.search({ query, topK, scoreThreshold }, async ({ features, embedding }) => {
      this.loads++
      return searchAll(this.documents, features, embedding)
    })
  }

  /** In turn a document goes and another comes. */
  change(): { id: string; inserted: readonly InsertedChunk[]; removed: string[] } {
    this.#isRemoval = !this.#isRemoval
    const from = this.#isRemoval ? [...this.documents] : this.#spare
    const at = Math.floor(this.#random() * from.length)
    const [id, chunks] = from[at] as [string, readonly InsertedChunk[]]
    if (this.#isRemoval) {
      this.documents.delete(id)
      this.#spare.push([id, chunks])
      return { id, inserted: [], removed: chunks.map(({ chunkId }) => chunkId) }
    }
    this.#spare.splice(at, 1)
    this.documents.set(id, chunks)
    return { id, inserted: chunks, removed: [] }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rag.close()
    await this.#cache.close()
  }
}

/** Which share of all cached questions a document's coming or going drops. */
export async function shareDropped(passages: Passages, steps: number): Promise<Figure[]> {
  await using knowledge = new Knowledge(passages, seededRandom(1))
  let [dropped, known] = [0, 0]
  for (let step = 0; step < steps; step++) {
    for (const question of passages.questions) await knowledge.search(question)
    const result = await knowledge.rag.documentChanged(knowledge.change())
    dropped += result.dropped
    known += result.dropped + result.kept
  }
  return [percent('cached searches that a change of one document drops (clear-all: 100 %)', dropped / known)]
}

const strategies = {
  exact: (knowledge, change) => knowledge.rag.documentChanged(change),
  'clear all': ({ rag }) => rag.clearSearches(),
  'TTL only': async () => {},
} satisfies Record<
  string,
  (knowledge: Knowledge, change: ReturnType<Knowledge['change']>) => Promise<unknown>
>

/** Questions by Zipf's law, one change of a document in 20 searches. */
export async function underChurn(passages: Passages, searches: number): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const [name, drop] of Object.entries(strategies)) {
    const random = seededRandom(2)
    await using knowledge = new Knowledge(passages, random)
    const pick = zipf(passages.questions, random)
    let stale = 0
    for (let search = 1; search <= searches; search++) {
      const question = pick()
      const hits = await knowledge.search(question)
      const vector = passages.vectors.get(question) as Float32Array
      if (search % 4 === 0) {
        const fresh = searchAll(knowledge.documents, score.features?.(question), vector)
        if (fresh.map(({ chunkId }) => chunkId).join() !== hits.map(({ chunkId }) => chunkId).join()) stale++
      }
      if (search % searchesPerChange === 0) await drop(knowledge, knowledge.change())
    }
    figures.push(percent(`${name}: hits of ${searches} searches`, 1 - knowledge.loads / searches), {
      ...percent(`${name}: answers out of date`, stale / (searches / 4)),
      ...(name === 'exact' ? { goal: { atMost: 0 } } : {}),
    })
  }
  return figures
}

const cachedSearches = 10_000

/** What testing one inserted chunk takes when 10,000 searches are cached. */
export async function costOfAChunk(): Promise<Figure> {
  const { median, quartiles } = spreadOf(await chunkTimes(cachedSearches, 50))
  const name = `an inserted chunk at 10,000 cached searches of ${dimensions} dimensions`
  return { name, value: median, unit: 'ms', quartiles }
}

/** Milliseconds of changes that each insert a chunk, while so many searches are cached. */
export async function chunkTimes(searches: number, changes: number): Promise<number[]> {
  const random = seededRandom(3)
  const vectorOf = () => {
    const vector = Float32Array.from({ length: dimensions }, () => random() - 0.5)
    const length = Math.hypot(...vector)
    return vector.map(each => each / length)
  }
  await using cache = createCache({ memory: { maxEntries: 5 * searches, maxBytes: 2 ** 30 } })
  const rag = createRagCache({
    cache,
    embed: async texts => texts.map(vectorOf),
    tenantKey: () => Buffer.alloc(32, 1),
    model: { name: 'random', dimensions },
    index: { version: '1' },
  })
  const hits = Array.from({ length: topK }, (_, at) => ({ chunkId: `c${at}`, documentId: 'd', score: 0.9 }))
  for (let at = 0; at < searches; at++)
    await rag.search({ query: `question ${at}`, topK, scoreThreshold }, async () => hits)
  const times: number[] = []
  for (let at = 0; at < changes; at++) {
    const inserted = [{ chunkId: `n${at}`, text: '', embedding: vectorOf(), metadata: {} }]
    const started = performance.now()
    await rag.documentChanged({ id: `n${at}`, inserted, removed: [] })
    times.push(performance.now() - started)
  }
  await rag.close()
  return times
}

function percent(name: string, share: number): Figure {
  return { name, value: 100 * share, unit: '%' }
}
