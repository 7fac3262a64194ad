import { gate } from '@voiceassist/testkit'
import { describe, expect, test } from 'vitest'
import type { SearchRequest } from '#src/index'
import { aSearch, asked, aWorld } from './rag-world.js'
import type { Filter } from './test-corpus.js'

describe('a search', () => {
  test('is made once, and afterwards comes from the cache with what that saved', async () => {
    const world = aWorld()
    const rag = world.instance()
    const search = aSearch(world)
    const first = await rag.find(asked, search)
    expect(first).toEqual({
      hits: world.corpus.search(asked),
      from: 'search',
      embeddingMs: expect.any(Number),
    })
    expect(first.embeddingMs).toBeGreaterThan(0)
    const second = await rag.find({ ...asked, query: ' Heart  pain' }, search)
    expect(second).toMatchObject({
      hits: first.hits,
      from: 'cache',
      savedMs: expect.any(Number),
      embeddingMs: 0,
    })
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

describe('a similar question', () => {
  test('is answered by the other’s result while no change can have changed that, and keeps none of its own', async () => {
    const world = aWorld()
    const search = aSearch(world)
    const rag = world.instance({
      similar: {
        features: text => text.split(' '),
        choose: (features, [nearest]) =>
          nearest && `${features}`.includes('ache') && `${nearest.features}` === 'heart,pain'
            ? { key: nearest.key, similarity: nearest.cosine }
            : undefined,
      },
    })
    const first = await rag.search(asked, search)
    const ache = { ...asked, query: 'heart ache' }
    for (let time = 0; time < 2; time++)
      expect(await rag.find(ache, search)).toMatchObject({
        hits: first,
        from: 'similar',
        reuse: { id: expect.stringMatching(/^rag_search:/), similarity: expect.any(Number) },
      })
    expect((await rag.find({ ...ache, tenant: 'other' }, search)).from).toBe('search')
    // One who may not have it does not get it from one who may, and keeps an own search.
    const alone = { ...asked, query: 'an ache of heart' }
    const [own, reused] = await Promise.all([
      rag.find({ ...alone, reuse: false }, search),
      rag.find({ ...alone, query: 'heart ache' }, search),
    ])
    expect([own.from, reused.from]).toEqual(['search', 'similar'])
    expect(search.count).toBe(3)
    world.corpus.documents.delete('d1')
    await rag.documentChanged({ id: 'd1', inserted: [], removed: ['c-d1'] })
    expect(await rag.find(ache, search)).toMatchObject({ from: 'search' })
  })
})
