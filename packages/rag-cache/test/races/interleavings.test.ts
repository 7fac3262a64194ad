import { seededRandom, testSeed } from '@voiceassist/testkit'
import { afterAll, expect, test } from 'vitest'
import type { InsertedChunk, RagCache, SearchRequest } from '#src/index'
import { RagWorld } from '../rag-world.js'
import { aChunk, type Filter, TestCorpus } from '../test-corpus.js'

const seed = testSeed('interleavings of searches and changes')
const runs = process.env.TEST_LONG ? 400 : 8
const world = new RagWorld()
const caches = [world.cache(), world.cache(), world.cache()]
afterAll(() => world.close())

const words = 'heart lung dose pain fever'.split(' ')
type Version = readonly InsertedChunk[]

/**
 * Searchers and writers at once on three instances, each step of theirs after a random number of turns. A search may
 * show each document as it was at any time since the search was asked for, or as a change has left it that had not
 * returned by then; anything else is out of date.
 */
class Interleaving {
  readonly #random: () => number
  readonly #instances: readonly RagCache<Filter>[]
  readonly #corpus = new TestCorpus()
  /** Of each document the versions that a search that begins now may show, the last one committed. */
  readonly #allowed = new Map<string, Version[]>()
  readonly #asking = new Set<Map<string, Version[]>>()
  #chunks = 0
  served = 0

  constructor(runSeed: number) {
    this.#random = seededRandom(runSeed)
    const index = { version: String(runSeed) }
    this.#instances = caches.map(cache => world.instance({ cache, index }))
    for (let at = 0; at < 6; at++) {
      const id = `d${at}`
      const chunks = this.#newChunks()
      this.#corpus.documents.set(id, chunks)
      this.#allowed.set(id, [chunks])
    }
  }

  async run(): Promise<void> {
    const writers = ['d0', 'd1', 'd2'].map(id => this.#write(id))
    await Promise.all([...writers, ...Array.from({ length: 6 }, () => this.#ask())])
  }

  async #ask(): Promise<void> {
    for (let step = 0; step < 12; step++) {
      await this.#turns()
      const request: SearchRequest<Filter> = {
        query: this.#pick(words),
        topK: 1 + this.#below(3),
        scoreThreshold: this.#pick([0, 0.6]),
      }
      const allowed = new Map([...this.#allowed].map(([id, versions]) => [id, [...versions]]))
      this.#asking.add(allowed)
      const { hits, from } = await this.#pick(this.#instances).find(request, async () => {
        await this.#turns()
        const found = this.#corpus.search(request)
        await this.#turns()
        return found
      })
      this.#asking.delete(allowed)
      if (from === 'cache') this.served++
      expect(possible(allowed, request)).toContainEqual(hits)
    }
  }

  async #write(id: string): Promise<void> {
    for (let step = 0; step < 5; step++) {
      await this.#turns()
      const old = this.#corpus.documents.get(id) ?? []
      const kept = old.filter(() => this.#random() < 0.5)
      const inserted = this.#newChunks()
      const now = [...kept, ...inserted]
      this.#corpus.documents.set(id, now)
      for (const allowed of [this.#allowed, ...this.#asking]) allowed.get(id)?.push(now)
      await this.#turns()
      const removed = old.filter(chunk => !kept.includes(chunk)).map(({ chunkId }) => chunkId)
      await this.#pick(this.#instances).documentChanged({ id, inserted, removed }, { acknowledged: true })
      this.#allowed.set(id, [now])
    }
  }

  #newChunks(): readonly InsertedChunk[] {
    return Array.from({ length: this.#below(3) }, () =>
      aChunk(`c${this.#chunks++}`, `${this.#pick(words)} ${this.#pick(words)}`),
    )
  }

  async #turns(): Promise<void> {
    for (let left = this.#below(6); left > 0; left--) await new Promise(setImmediate)
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#below(from.length)] as T
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }
}

function possible(allowed: ReadonlyMap<string, readonly Version[]>, request: SearchRequest<Filter>) {
  let corpora: Map<string, Version>[] = [new Map()]
  for (const [id, versions] of allowed)
    corpora = corpora.flatMap(each => [...new Set(versions)].map(version => new Map(each).set(id, version)))
  return corpora.map(documents => new TestCorpus(documents).search(request))
}

test('no search is out of date when it was asked for', async () => {
  let served = 0
  for (let run = 0; run < runs; run++) {
    const each = new Interleaving(seed + run)
    await each.run()
    served += each.served
  }
  console.log(`${runs} runs, ${served} served from the cache`)
  expect(served).toBeGreaterThan(runs * 5)
}, 600_000)
