import { createCache } from '@voiceassist/cache'
import { describe, expect, test } from 'vitest'
import { createRagCache } from '#src/index'
import { aSearch, asked, aWorld, tenantKey } from './rag-world.js'
import { aChunk, dimensions, embed, embedText, TestCorpus } from './test-corpus.js'

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
