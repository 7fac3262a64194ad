import { FakeClock, gate } from '@voiceassist/testkit'
import { describe, expect, test } from 'vitest'
import { aSearch, asked, aWorld } from '../rag-world.js'
import { aChunk, dimensions, testScore } from '../test-corpus.js'
import { ask, aWarmLoader, instanceWith, popular, sourceOf } from './warm-world.js'

const removal = { id: 'd1', inserted: [], removed: ['c-d1'] }

describe('after a restart, what was asked for most', () => {
  test('is searched anew where all was dropped, and the first user finds it', async () => {
    const world = aWorld()
    aSearch(world)
    const before = world.instance()
    await ask(before, world, popular)
    await before.clearSearches()
    await before.close()
    const rag = world.instance()
    const load = aWarmLoader(world)
    expect(await rag.warm({ load, maxQueries: 2 })).toEqual({ wanted: 2, refreshed: 2, failed: 0, left: 0 })
    expect(await sourceOf(rag, world, 'heart pain')).toBe('cache')
    expect(await sourceOf(rag, world, 'heart risk')).toBe('cache')
    expect(await sourceOf(rag, world, 'liver test')).toBe('search')
    expect(rag.getCacheStats().search_results).toMatchObject({ hits: 2, misses: 1 })
  })

  test('is searched only if a change can have changed it', async () => {
    const world = aWorld()
    aSearch(world)
    const before = world.instance()
    const kept = { ...asked, scoreThreshold: 0.9, query: 'liver test' }
    await ask(before, world, { 'heart pain': 2 })
    await before.search(kept, async () => world.corpus.search(kept))
    await before.close()
    const rag = world.instance()
    world.corpus.documents.delete('d1')
    await rag.documentChanged(removal)
    const load = aWarmLoader(world)
    expect(await rag.warm({ load })).toEqual({ wanted: 2, refreshed: 1, failed: 0, left: 0 })
    expect(await sourceOf(rag, world, 'heart pain')).toBe('cache')
    expect((await rag.find(kept, async () => [])).from).toBe('cache')
  })

  test('is searched under another version of the index, not with another model or other features', async () => {
    const world = aWorld()
    aSearch(world)
    const before = world.instance()
    await ask(before, world, popular)
    await before.close()
    world.corpus.documents.set('d1', [aChunk('c-cut-anew', 'heart pain')])
    const load = aWarmLoader(world)
    const model = { name: 'other', dimensions }
    const score = { ...testScore, features: (text: string) => text.length }
    for (const other of [{ model }, { score }])
      expect(await world.instance(other).warm({ load })).toMatchObject({ wanted: 0 })
    const rag = world.instance({ index: { version: '2' } })
    expect(await rag.warm({ load })).toEqual({ wanted: 3, refreshed: 3, failed: 0, left: 0 })
    expect(await sourceOf(rag, world, 'heart pain')).toBe('cache')
    expect(load.count).toBe(3)
  })

  test('is told with its request, and of each tenant apart', async () => {
    const world = aWorld()
    const rag = world.instance()
    const request = { topK: 3, scoreThreshold: 0.1, filters: { source: 'a' }, tenant: 't' }
    await rag.search({ ...request, query: 'heart pain' }, async () => [])
    await rag.clearSearches()
    const told: unknown[] = []
    await rag.warm({
      load: async asked => {
        told.push(asked)
        return []
      },
    })
    expect(told).toEqual([request])
    expect((await rag.find({ ...request, query: 'heart pain' }, async () => [])).from).toBe('cache')
    expect((await rag.find({ ...request, tenant: '', query: 'heart pain' }, async () => [])).from).toBe(
      'search',
    )
  })
})

describe('warming', () => {
  test('by two instances at once searches each once', async () => {
    const world = aWorld()
    aSearch(world)
    const before = world.instance()
    await ask(before, world, popular)
    await before.clearSearches()
    await before.close()
    const load = aWarmLoader(world)
    const results = await Promise.all([world.instance().warm({ load }), world.instance().warm({ load })])
    expect(load.count).toBe(3)
    expect(results.reduce((sum, { refreshed }) => sum + refreshed, 0)).toBe(3)
    for (const result of results) expect(result).toMatchObject({ wanted: 3, failed: 0, left: 0 })
  })

  test('ends with its budget, its signal, or the cache, and leaves the rest', async () => {
    for (const end of ['budget', 'signal', 'close'] as const) {
      const clock = new FakeClock()
      const world = aWorld()
      aSearch(world)
      const rag = instanceWith(clock, world)
      await ask(rag, world, popular)
      await rag.clearSearches()
      const [began, open] = [gate(), gate()]
      const giveUp = new AbortController()
      let searches = 0
      const warmed = rag.warm({
        budgetMs: 1000,
        signal: giveUp.signal,
        load: async () => {
          if (++searches === 2) {
            began.open()
            await open.opened
          }
          return []
        },
      })
      await began.opened
      let closed = false
      if (end === 'budget') await clock.advance(1000)
      if (end === 'signal') giveUp.abort()
      const closing =
        end === 'close' &&
        rag.close().then(() => {
          closed = true
        })
      expect(await warmed).toEqual({ wanted: 3, refreshed: 1, failed: 0, left: 2 })
      await world.heard()
      expect(closed).toBe(false) // a search is under way
      open.open()
      await closing
      expect(searches).toBe(2)
    }
  })

  test('goes on where one search fails, and keeps nothing of it', async () => {
    const world = aWorld()
    aSearch(world)
    const rag = world.instance()
    await ask(rag, world, popular)
    await rag.clearSearches()
    let searches = 0
    const load = async () => {
      if (++searches === 1) throw new Error('down')
      return []
    }
    expect(await rag.warm({ load })).toEqual({ wanted: 3, refreshed: 2, failed: 1, left: 0 })
    expect(await sourceOf(rag, world, 'heart pain')).toBe('search')
  })

  test('that a change overtakes serves none of what it read', async () => {
    const world = aWorld()
    aSearch(world)
    const rag = world.instance()
    await ask(rag, world, { 'heart pain': 1 })
    await rag.clearSearches()
    await rag.warm({
      load: async (request, { features, embedding }) => {
        const hits = world.corpus.searchBy(features, embedding, request)
        world.corpus.documents.delete('d1')
        await rag.documentChanged(removal)
        return hits
      },
    })
    expect(await sourceOf(rag, world, 'heart pain')).toBe('search')
  })

  test.each([
    [{ load: 1 }, 'load'],
    [{ budgetMs: 0 }, 'budgetMs'],
    [{ maxQueries: 1001 }, 'maxQueries'],
  ])('refuses %o by name', async (part, field) => {
    const rag = aWorld().instance()
    const warmed = rag.warm({ load: async () => [], ...part } as Parameters<typeof rag.warm>[0])
    await expect(warmed).rejects.toMatchObject({ code: 'RAG_OPTION_INVALID', field })
  })
})
