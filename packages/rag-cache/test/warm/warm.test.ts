import { FakeClock, gate } from '@voiceassist/testkit'
import { describe, expect, test } from 'vitest'
import { createRagCacheIn } from '#src/create-rag-cache'
import type { RagCache, WarmLoader } from '#src/index'
import { aSearch, asked, aWorld, type RagWorld, tenantKey } from '../rag-world.js'
import {
  aChunk,
  dimensions,
  embed,
  embedText,
  type Filter,
  matches,
  type TestHit,
  testScore,
} from '../test-corpus.js'

const removal = { id: 'd1', inserted: [], removed: ['c-d1'] }

/** Searches the world as it is now, by vector and features alone, and counts. */
function aWarmLoader(world: RagWorld) {
  const load: WarmLoader<Filter, TestHit> = async (request, { text, embedding, features }) => {
    counted.count++
    expect(text).toBeUndefined()
    return world.corpus.searchBy(features, embedding, request)
  }
  const counted = Object.assign(load, { count: 0 })
  return counted
}

/** Asks each question so many times. */
async function ask(rag: RagCache<Filter>, world: RagWorld, times: Readonly<Record<string, number>>) {
  for (const [query, count] of Object.entries(times))
    for (let time = 0; time < count; time++)
      await rag.search({ ...asked, query }, async () => world.corpus.search({ ...asked, query }))
}

async function sourceOf(rag: RagCache<Filter>, world: RagWorld, query: string) {
  const { hits, from } = await rag.find({ ...asked, query }, async () =>
    world.corpus.search({ ...asked, query }),
  )
  expect(idsOf(hits)).toEqual(idsOf(world.corpus.search({ ...asked, query })))
  return from
}

function idsOf(hits: readonly { readonly chunkId: string }[]) {
  return hits.map(({ chunkId }) => chunkId)
}

const popular = { 'heart pain': 3, 'heart risk': 2, 'liver test': 1 }

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

describe('what instances count', () => {
  test('adds up, and outlasts a record that is lost', async () => {
    const world = aWorld()
    aSearch(world)
    const [a, b] = [world.instance(), world.instance()]
    const record = recordOf(world)
    await ask(a, world, { 'heart pain': 3, 'heart risk': 1 })
    await ask(b, world, { 'heart risk': 3, 'liver test': 1 })
    await a.close()
    await b.close()
    const c = world.instance()
    const order: unknown[] = []
    const load: WarmLoader<Filter, TestHit> = async (_, { features }) => {
      order.push(`${features}`)
      return []
    }
    await c.clearSearches()
    await c.warm({ load, maxQueries: 2 })
    expect(order).toEqual(['heart,risk', 'heart,pain'])
    for (const key of record.keys) world.server.evict('value', undefined, key)
    await c.clearSearches()
    expect(await c.warm({ load })).toMatchObject({ wanted: 3, refreshed: 3 })
  })

  test('is written every five minutes, without text, in nothing that reads as it', async () => {
    const clock = new FakeClock()
    const world = aWorld()
    const record = recordOf(world)
    const rag = instanceWith(clock, world)
    const query = 'canary fever'
    const search = () => rag.search({ ...asked, query }, async () => [])
    await search()
    await clock.advance(299_999)
    await search()
    expect(record.writes).toBe(0)
    await clock.advance(1)
    await search()
    await world.heard()
    expect(record.writes).toBe(1)
    const [key] = record.keys
    expect(key).toMatch(/^rag_asked:[\w-]{43}$/)
    const stored = await world.cache().get<{ asked: [{ queryId: string }, number][] }>(key as string)
    expect(stored?.asked).toHaveLength(1)
    expect(stored?.asked[0]?.[1]).toBeCloseTo(3, 1)
    expect(JSON.stringify(stored)).not.toMatch(/canary|fever/)
    const held = Buffer.concat(
      [...world.server.snapshot().spaces.values()].flatMap(({ partitions }) =>
        partitions.flatMap(({ values }) =>
          [...values].flatMap(([name, { envelope }]) => [Buffer.from(name), envelope]),
        ),
      ),
    )
    expect(held.includes('rag_asked:')).toBe(true)
    for (const secret of ['canary', 'fever', Buffer.from(embedText(query).buffer).subarray(0, 8)])
      expect(held.includes(secret)).toBe(false)
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

describe('close', () => {
  test('waits for a search that is under way', async () => {
    const world = aWorld()
    const rag = world.instance()
    const search = aSearch(world)
    const [began, open] = [gate(), gate()]
    const under = rag.search(asked, async () => {
      began.open()
      await open.opened
      return search()
    })
    await began.opened
    let closed = false
    const closing = rag.close().then(() => {
      closed = true
    })
    await expect(rag.search(asked, search)).rejects.toMatchObject({ code: 'RAG_CLOSED' })
    await world.heard()
    expect(closed).toBe(false)
    open.open()
    expect(await under).toHaveLength(2)
    await closing
  })

  test('gives up after five seconds, and tells the embedder', async () => {
    const clock = new FakeClock()
    const world = aWorld()
    const began = gate()
    const rag = instanceWith(clock, world, {
      embed: (_, signal) =>
        new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason))
          began.open()
        }),
    })
    const under = rag.embedding('x')
    under.catch(() => {})
    await began.opened
    const closing = rag.close()
    await clock.advance(5000)
    await closing
    await expect(under).rejects.toMatchObject({ code: 'RAG_CLOSED' })
  })
})

function instanceWith(
  clock: FakeClock,
  world: RagWorld,
  options: Partial<Parameters<typeof createRagCacheIn<Filter>>[0]> = {},
): RagCache<Filter> {
  const model = { name: 'test', dimensions }
  return createRagCacheIn<Filter>(
    { cache: world.cache(), embed, matches, tenantKey, model, index: { version: '1' }, ...options },
    clock,
  )
}

/** The writes of the record, and its keys. */
function recordOf(world: RagWorld) {
  const record = { writes: 0, keys: new Set<string>() }
  world.server.gate = ({ name, key }) => {
    if (name === 'set' && key?.startsWith('rag_asked:')) {
      record.writes++
      record.keys.add(key)
    }
    return undefined
  }
  return record
}
