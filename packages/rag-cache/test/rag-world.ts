import { createCache } from '@voiceassist/cache'
import { type MemoryServer, memoryServer } from '@voiceassist/cache/testing'
import { systemClock } from '@voiceassist/kernel'
import { afterEach } from 'vitest'
import {
  createRagCache,
  type RagCache,
  type RagCacheOptions,
  type SearchInput,
  type SearchRequest,
} from '#src/index'
import { aChunk, dimensions, embed, type Filter, matches, TestCorpus, testScore } from './test-corpus.js'

export const encryption = [{ id: 'k1', key: Buffer.alloc(32, 7) }]
export const tenantKey = (tenant: string) => Buffer.from(tenant.padEnd(32, '.'))

/** Instances that share a second tier, each with a cache and a RAG cache, and one corpus. */
export class RagWorld {
  readonly server: MemoryServer
  readonly corpus = new TestCorpus()
  readonly #open: (() => Promise<void>)[] = []

  constructor(partitions = 2) {
    this.server = memoryServer({ clock: systemClock, partitions })
  }

  cache(options: Parameters<typeof createCache>[0] = {}) {
    const cache = createCache({ remote: this.server.tier(), encryption, ...options })
    this.#open.push(() => cache.close())
    return cache
  }

  instance(options: Partial<RagCacheOptions<Filter>> = {}): RagCache<Filter> {
    const rag = createRagCache<Filter>({
      cache: this.cache(),
      embed,
      matches,
      tenantKey,
      model: { name: 'test', dimensions },
      index: { version: '1' },
      score: testScore,
      ...options,
    })
    this.#open.push(() => rag.close())
    return rag
  }

  /** Messages that are under way have arrived. */
  async heard(): Promise<void> {
    for (let turn = 0; turn < 4; turn++) await new Promise(setImmediate)
  }

  async close(): Promise<void> {
    for (const close of this.#open.reverse()) await close()
  }
}

const opened: RagWorld[] = []
afterEach(async () => {
  for (const world of opened.splice(0)) await world.close()
})

/** One that is closed after the test. */
export function aWorld(): RagWorld {
  const world = new RagWorld()
  opened.push(world)
  return world
}

export const asked: SearchRequest<Filter> = { query: 'heart pain', topK: 2, scoreThreshold: 0.2 }

/** A world of three documents, and a search of it that counts. */
export function aSearch(world: RagWorld) {
  for (const [id, text] of [
    ['d1', 'heart pain'],
    ['d2', 'heart risk'],
    ['d3', 'liver test'],
  ] as const)
    world.corpus.documents.set(id, [aChunk(`c-${id}`, text)])
  const search = Object.assign(
    async ({ text = asked.query }: Partial<SearchInput> = {}) => {
      search.count++
      return world.corpus.search({ ...asked, query: text })
    },
    { count: 0 },
  )
  return search
}
