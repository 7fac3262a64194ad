import { createCache } from '@voiceassist/cache'
import { gate } from '@voiceassist/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import {
  createRagCache,
  type RagEvent,
  ragCacheChannel,
  type SearchInput,
  type SearchRequest,
} from '#src/index'
import { RagWorld, tenantKey } from './rag-world.js'
import { aChunk, dimensions, embed, embedText, type Filter, TestCorpus } from './test-corpus.js'

const worlds: RagWorld[] = []
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close()
})
function aWorld(): RagWorld {
  const world = new RagWorld()
  worlds.push(world)
  return world
}

const asked: SearchRequest<Filter> = { query: 'heart pain', topK: 2, scoreThreshold: 0.2 }

/** A world of three documents, and a search of it that counts. */
function aSearch(world: RagWorld) {
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

describe('a search', () => {
  test('is made once, and afterwards comes from the cache with what that saved', async () => {
    const world = aWorld()
    const rag = world.instance()
    const search = aSearch(world)
    const first = await rag.find(asked, search)
    expect(first).toEqual({ hits: world.corpus.search(asked), from: 'search' })
    const second = await rag.find({ ...asked, query: ' Heart  pain' }, search)
    expect(second).toMatchObject({ hits: first.hits, from: 'cache', savedMs: expect.any(Number) })
    expect(search.count).toBe(1)
    expect(rag.getCacheStats().search_results).toMatchObject({ hits: 1, misses: 1, hitRate: 50, entries: 1 })
  })

  test('is another one for another tenant, limit, threshold or filter', async () => {
    const world = aWorld()
    const rag = world.instance()
    const search = aSearch(world)
    const others = [
      { tenant: 't' },
      { topK: 3 },
      { scoreThreshold: 0.1 },
      { filters: {} },
      { filters: { source: 'a' } },
      { query: 'Heart Pain' },
    ]
    for (const other of [{}, ...others]) await rag.search({ ...asked, ...other }, search)
    expect(search.count).toBe(others.length + 1)
  })

  test('gives hits that no caller can change for another, and leaves those of the loader as they were', async () => {
    const world = aWorld()
    const rag = world.instance()
    const made = [{ chunkId: 'c', documentId: 'd', score: 1, tags: ['x'] }]
    const hits = await rag.search(asked, async () => made)
    expect(() => (hits[0] as (typeof made)[0]).tags.push('y')).toThrow(TypeError)
    made[0]?.tags.push('z')
    const [hit] = await rag.search<(typeof made)[0]>(asked, async () => [])
    expect(hit?.tags).toEqual(['x'])
  })

  test('of several callers at once is made once', async () => {
    const world = aWorld()
    const rag = world.instance()
    const open = gate()
    const search = aSearch(world)
    const all = Promise.all(
      [1, 2, 3].map(() =>
        rag.find(asked, async () => {
          await open.opened
          return search()
        }),
      ),
    )
    open.open()
    expect((await all).map(({ from }) => from).sort()).toEqual(['cache', 'cache', 'search'])
    expect(search.count).toBe(1)
  })

  test('that fails is not kept, and its error is the caller’s', async () => {
    const rag = aWorld().instance()
    await expect(rag.search(asked, () => Promise.reject(new Error('down')))).rejects.toThrow('down')
    expect(await rag.search(asked, async () => [])).toEqual([])
  })

  test('is refused with the field where the request is not well formed, without its text', async () => {
    const rag = aWorld().instance()
    const wrong: [object, string][] = [
      [{ query: ' ' }, 'query'],
      [{ query: 'secret'.repeat(2000) }, 'query'],
      [{ topK: 0 }, 'topK'],
      [{ topK: 51 }, 'topK'],
      [{ scoreThreshold: 2 }, 'scoreThreshold'],
      [{ filters: [] }, 'filters'],
      [{ filters: { at: new Date() } }, 'filters'],
      [{ tenant: 1 }, 'tenant'],
    ]
    for (const [part, field] of wrong) {
      const error = await rag
        .search({ ...asked, ...part } as SearchRequest<Filter>, async () => [])
        .catch(e => e)
      expect(error).toMatchObject({ code: 'RAG_REQUEST_INVALID', field })
      expect(error.message).not.toContain('secret')
    }
    const hits = [{ chunkId: 'c', documentId: 'd', score: Number.NaN }]
    await expect(rag.search(asked, async () => hits)).rejects.toMatchObject({ code: 'RAG_HITS_INVALID' })
  })

  test('ends for a caller who gives up, and goes on for others', async () => {
    const world = aWorld()
    const rag = world.instance()
    const open = gate()
    const search = aSearch(world)
    const giveUp = new AbortController()
    const load = async () => {
      await open.opened
      return search()
    }
    const first = rag.find(asked, load, giveUp.signal)
    const second = rag.find(asked, load)
    giveUp.abort()
    await expect(first).rejects.toMatchObject({ code: 'CACHE_ABORTED' })
    open.open()
    expect((await second).hits).toHaveLength(2)
    expect(search.count).toBe(1)
  })
})

describe('a change', () => {
  test('drops what it can change and keeps the rest, here and elsewhere', async () => {
    const world = aWorld()
    const [a, b] = [world.instance(), world.instance()]
    const search = aSearch(world)
    const other = { ...asked, query: 'liver test', scoreThreshold: 0.9 }
    for (const rag of [a, b]) for (const request of [asked, other]) await rag.search(request, search)
    expect(search.count).toBe(2)
    const change = { id: 'd4', inserted: [aChunk('c-d4', 'heart pain')], removed: [] }
    expect(await a.documentChanged(change, { acknowledged: true })).toEqual({
      dropped: 1,
      kept: 1,
      all: false,
      remote: 'done',
    })
    for (const rag of [b, a]) for (const request of [other, asked]) await rag.search(request, search)
    expect(search.count).toBe(3)
  })

  test('that cannot be taken is refused, and drops everything, since it has happened', async () => {
    const world = aWorld()
    const rag = world.instance()
    const search = aSearch(world)
    await rag.search(asked, search)
    const short = { ...aChunk('c', 'x'), embedding: new Float32Array(2) }
    await expect(rag.documentChanged({ id: 'd', inserted: [short], removed: [] })).rejects.toMatchObject({
      code: 'RAG_EMBEDDING_INVALID',
      field: 'inserted[0].embedding',
    })
    await rag.search(asked, search)
    expect(search.count).toBe(2)
  })

  test('that is too large to be judged drops everything', async () => {
    const world = aWorld()
    const rag = world.instance()
    const search = aSearch(world)
    await rag.search(asked, search)
    const inserted = Array.from({ length: 201 }, (_, at) => aChunk(`n${at}`, 'dose'))
    expect(await rag.documentChanged({ id: 'd', inserted, removed: [] })).toMatchObject({
      all: true,
      dropped: 1,
    })
    await rag.search(asked, search)
    expect(search.count).toBe(2)
  })

  test('of a document drops its metadata', async () => {
    const rag = aWorld().instance()
    expect(await rag.documentMetadata('d1', async () => 'old')).toBe('old')
    expect(await rag.documentMetadata('d1', async () => 'new')).toBe('old')
    await rag.documentChanged({ id: 'd1', inserted: [], removed: [] })
    expect(await rag.documentMetadata('d1', async () => 'new')).toBe('new')
    expect(rag.getCacheStats().document_meta).toMatchObject({ hits: 1, misses: 2 })
  })

  test('of another index version drops everything', async () => {
    const world = aWorld()
    const cache = world.cache()
    const rag = world.instance({ cache })
    const other = world.instance({ cache, index: { version: '2' } })
    const search = aSearch(world)
    await rag.search(asked, search)
    await other.documentChanged({ id: 'd9', inserted: [], removed: [] })
    await rag.search(asked, search)
    expect(search.count).toBe(2)
  })

  test('is told on the channel, without keys and texts', async () => {
    const events: RagEvent[] = []
    const listen = (event: unknown) => events.push(event as RagEvent)
    ragCacheChannel.subscribe(listen)
    const world = aWorld()
    const rag = world.instance()
    const search = aSearch(world)
    await rag.search(asked, search)
    await rag.search(asked, search)
    await rag.documentChanged({ id: 'd1', inserted: [], removed: ['c-d1'] })
    await rag.clearSearches()
    ragCacheChannel.unsubscribe(listen)
    expect(events.map(({ kind }) => kind)).toEqual(['miss', 'miss', 'hit', 'invalidation', 'invalidation'])
    expect(events.at(-2)).toEqual({ kind: 'invalidation', by: 'document', dropped: 1, kept: 0 })
    expect(events.at(-1)).toEqual({ kind: 'invalidation', by: 'all', dropped: 0, kept: 0 })
    expect(JSON.stringify(events)).not.toMatch(/heart|c-d1|rag_search/)
  })
})

describe('the calls by hand', () => {
  test('get what was set, until a change drops it', async () => {
    const world = aWorld()
    const rag = world.instance()
    const search = aSearch(world)
    await world.heard()
    const { query, ...options } = asked
    const key = rag.generateSearchKey(query, options)
    expect(key).not.toContain('heart')
    expect(await rag.getSearchResults(key)).toBeUndefined()
    const hits = await search()
    await rag.setSearchResults(key, hits)
    expect(await rag.getSearchResults(key)).toEqual(hits)
    expect(await rag.search(asked, search)).toEqual(hits)
    expect(search.count).toBe(1)
    await rag.documentChanged({ id: 'd1', inserted: [], removed: ['c-d1'] })
    expect(await rag.getSearchResults(key)).toBeUndefined()
  })

  test('judge what is set by the changes since its key was made', async () => {
    const world = aWorld()
    const rag = world.instance()
    const search = aSearch(world)
    await world.heard()
    const { query, ...options } = asked
    const key = rag.generateSearchKey(query, options)
    const hits = await search()
    await rag.documentChanged({ id: 'd1', inserted: [], removed: ['c-d1'] })
    const later = rag.generateSearchKey(query, options)
    await rag.setSearchResults(key, hits)
    expect(await rag.getSearchResults(later)).toBeUndefined()
  })

  test('refuse a set without a key of this instance', async () => {
    const world = aWorld()
    const [a, b] = [world.instance(), world.instance()]
    const key = a.generateSearchKey('x', { topK: 1, scoreThreshold: 0 })
    await expect(b.setSearchResults(key, [])).rejects.toMatchObject({ code: 'RAG_KEY_UNKNOWN' })
    await expect(b.getSearchResults('rag_search:x')).rejects.toMatchObject({ code: 'RAG_KEY_UNKNOWN' })
    await expect(b.setEmbedding('user:1', new Float32Array(dimensions))).rejects.toMatchObject({
      code: 'RAG_KEY_UNKNOWN',
    })
  })

  test('drop the holders of a document and what its chunks change', async () => {
    const world = aWorld()
    const rag = world.instance({ loadChunks: async id => world.corpus.documents.get(id) ?? [] })
    aSearch(world)
    const pain = { ...asked, scoreThreshold: 0.9 }
    const risk = { ...pain, query: 'acute dose' }
    for (const request of [pain, risk]) await rag.search(request, async () => world.corpus.search(request))
    world.corpus.documents.set('d3', [aChunk('c-new', 'acute dose')])
    expect(await rag.invalidateDocument('d3')).toMatchObject({ dropped: 1, kept: 1 })
    expect((await rag.search(risk, async () => world.corpus.search(risk)))[0]?.chunkId).toBe('c-new')
    expect(await rag.invalidateDocument('d1')).toMatchObject({ dropped: 1, kept: 1 })
  })

  test('get an embedding that was set', async () => {
    const rag = aWorld().instance()
    const key = rag.generateEmbeddingKey('Heart  pain')
    expect(key).toBe(rag.generateEmbeddingKey('heart pain'))
    expect(await rag.getEmbedding(key)).toBeUndefined()
    await rag.setEmbedding(key, embedText('heart pain'))
    expect(await rag.getEmbedding(key)).toEqual(embedText('heart pain'))
    expect(await rag.embedding('heart pain')).toEqual(embedText('heart pain'))
  })
})

describe('an embedding', () => {
  test('is made once of the normal form, texts of one moment together, and is the caller’s own', async () => {
    const world = aWorld()
    const calls: (readonly string[])[] = []
    const rag = world.instance({
      embed: async texts => {
        calls.push(texts)
        return texts.map(embedText)
      },
    })
    const [one, two] = await Promise.all([rag.embedding('What  is AIDS'), rag.embedding('fever')])
    expect(calls.map(texts => [...texts].sort())).toEqual([['fever', 'what is AIDS']])
    one.fill(0)
    expect(await rag.embedding('what is AIDS')).toEqual(embedText('what is AIDS'))
    expect(two).toEqual(embedText('fever'))
    expect(calls).toHaveLength(1)
  })

  test('of other dimensions is refused', async () => {
    const rag = aWorld().instance({ embed: async () => [new Float32Array(3)] })
    await expect(rag.embedding('x')).rejects.toMatchObject({ code: 'RAG_EMBEDDING_INVALID' })
  })

  test.each(['float16', 'int8'] as const)(
    'as %s is the same on a miss and on a hit, and near',
    async precision => {
      const rag = aWorld().instance({ precision })
      const miss = await rag.embedding('acute pain')
      expect(await rag.embedding('acute pain')).toEqual(miss)
      const exact = embedText('acute pain')
      for (const [at, each] of miss.entries()) expect(Math.abs(each - (exact[at] ?? 0))).toBeLessThan(0.005)
    },
  )
})

describe('without a second tier', () => {
  test('everything holds in this process', async () => {
    await using cache = createCache()
    const corpus = new TestCorpus(new Map([['d1', [aChunk('c1', 'heart pain')]]]))
    const model = { name: 'test', dimensions }
    const rag = createRagCache({ cache, embed, tenantKey, model, index: { version: '1' } })
    let searches = 0
    const search = async () => {
      searches++
      return corpus.search(asked)
    }
    await rag.search(asked, search)
    await rag.documentChanged({ id: 'd2', inserted: [aChunk('c2', 'liver')], removed: [] })
    await rag.documentChanged({ id: 'd1', inserted: [], removed: ['c1'] })
    corpus.documents.delete('d1')
    expect(await rag.search(asked, search)).toEqual([])
    await rag.clearSearches()
    await rag.search(asked, search)
    expect(searches).toBe(3)
    await rag.close()
    await expect(rag.search(asked, search)).rejects.toMatchObject({ code: 'RAG_CLOSED' })
  })

  test.each([
    [{ embed: undefined }, 'embed'],
    [{ model: { name: 'x', dimensions: 0 } }, 'model.dimensions'],
    [{ ttl: { search: '31d' } }, 'ttl.search'],
    [{ precision: 'float8' }, 'precision'],
    [{ extra: 1 }, 'extra'],
  ])('wrong options are refused by name: %o', async (part, field) => {
    await using cache = createCache()
    const good = { cache, embed, tenantKey, model: { name: 'x', dimensions }, index: { version: '1' } }
    const create = () => createRagCache({ ...good, ...part } as unknown as typeof good)
    expect(create).toThrow(expect.objectContaining({ code: 'RAG_OPTION_INVALID', field }))
  })
})
