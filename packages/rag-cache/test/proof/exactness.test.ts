import { seededRandom, testSeed } from '@voiceassist/testkit'
import { afterAll, expect, test } from 'vitest'
import type { CorpusChange, InsertedChunk, RagCache, SearchRequest } from '#src/index'
import { scoreEpsilon } from '#src/search/change-judge'
import { RagWorld } from '../rag-world.js'
import { aChunk, embedText, type Filter, matches, scoreOf, TestCorpus, type TestHit } from '../test-corpus.js'

const seed = testSeed('exact invalidation')
const runs = process.env.TEST_LONG ? 1000 : 8
const steps = 120
const world = new RagWorld()
const caches = [world.cache(), world.cache(), world.cache()]
afterAll(() => world.close())
// Their first moments, when heads are made, are the races' matter.
for (const cache of caches)
  await world.instance({ cache }).search({ query: 'x', topK: 1, scoreThreshold: 0 }, async () => [])
await world.heard()

const words = 'heart lung dose pain fever liver risk acute blood test'.split(' ')

interface Filled {
  readonly hits: readonly TestHit[]
  readonly changes: CorpusChange[]
}

class Run {
  readonly #random: () => number
  readonly #corpus = new TestCorpus()
  readonly #instances: RagCache<Filter>[]
  readonly #requests: readonly SearchRequest<Filter>[]
  readonly #filled = new Map<SearchRequest<Filter>, Filled>()
  readonly counts = { served: 0, dropped: 0, changes: 0 }
  #chunks = 0

  constructor(runSeed: number) {
    this.#random = seededRandom(runSeed)
    this.#instances = caches.map(cache =>
      world.instance({
        cache,
        index: { version: String(runSeed) },
        loadChunks: async id => this.#corpus.documents.get(id) ?? [],
      }),
    )
    this.#requests = Array.from({ length: 25 }, () => ({
      query: this.#text(1 + this.#below(3)),
      topK: 1 + this.#below(4),
      scoreThreshold: this.#pick([0, 0.3, 0.5, 0.7]),
      ...(this.#random() < 0.4 && { filters: { source: this.#pick(['a', 'b']) } }),
    }))
  }

  async step(): Promise<void> {
    const rag = this.#pick(this.#instances)
    if (this.#random() < 0.25) return this.#change(rag)
    const request = this.#pick(this.#requests)
    const fresh = this.#corpus.search(request)
    let loaded = false
    const hits = await rag.search(request, async () => {
      loaded = true
      return fresh
    })
    expect(hits).toEqual(fresh)
    const before = this.#filled.get(request)
    if (!loaded) {
      this.counts.served++
      return
    }
    if (before) {
      this.counts.dropped++
      expect(before.changes.some(change => mayChange(request, before.hits, change))).toBe(true)
    }
    // A request may stand there twice: they share an entry.
    for (const same of this.#requests)
      if (JSON.stringify(same) === JSON.stringify(request))
        this.#filled.set(same, { hits: fresh, changes: [] })
  }

  async #change(rag: RagCache<Filter>): Promise<void> {
    const { documents } = this.#corpus
    const id = `d${this.#below(12)}`
    const old = documents.get(id) ?? []
    const kept = old.filter(() => this.#random() < 0.5)
    const source = this.#pick(['a', 'b'])
    const inserted: InsertedChunk[] = Array.from({ length: this.#below(4) }, () =>
      aChunk(`c${this.#chunks++}`, this.#text(1 + this.#below(4)), source),
    )
    const first = old.find(chunk => !kept.includes(chunk))
    if (first && this.#random() < 0.5) inserted.push(aChunk(first.chunkId, this.#text(3), source))
    const removed = old.filter(chunk => !kept.includes(chunk)).map(({ chunkId }) => chunkId)
    documents.set(id, [...kept, ...inserted])
    const change = { id, inserted, removed }
    for (const { changes } of new Set(this.#filled.values())) changes.push(change)
    this.counts.changes++
    if (this.#random() < 0.1) {
      for (const { changes } of new Set(this.#filled.values()))
        changes.push({ id, inserted: [], removed: [id] })
      await rag.invalidateDocument(id, { acknowledged: true })
      this.#filled.clear() // without loadChunks everything goes
    } else await rag.documentChanged(change, { acknowledged: true })
  }

  #text(count: number): string {
    return Array.from({ length: count }, () => this.#pick(words)).join(' ')
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#below(from.length)] as T
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }
}

function mayChange(request: SearchRequest<Filter>, hits: readonly TestHit[], change: CorpusChange): boolean {
  const { query, topK, scoreThreshold, filters } = request
  if (hits.some(({ chunkId }) => change.removed.includes(chunkId))) return true
  const floor = hits.length < topK ? scoreThreshold : (hits.at(-1)?.score ?? 0)
  return change.inserted.some(
    chunk =>
      (!filters || matches(filters, { ...chunk, documentId: change.id })) &&
      scoreOf(query, embedText(query), chunk) > floor - 2 * scoreEpsilon,
  )
}

test('nothing is served that a fresh search contradicts, and nothing dropped that no change can have changed', async () => {
  const total = { served: 0, dropped: 0, changes: 0 }
  for (let run = 0; run < runs; run++) {
    const each = new Run(seed + run)
    for (let step = 0; step < steps; step++) await each.step()
    for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += each.counts[name]
  }
  console.log(`${runs} runs: ${JSON.stringify(total)}`)
  expect(total.served).toBeGreaterThan(runs * 15)
  expect(total.dropped).toBeGreaterThan(runs * 5)
}, 600_000)
