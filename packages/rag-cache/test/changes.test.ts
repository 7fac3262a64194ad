import { describe, expect, test } from 'vitest'
import { type RagEvent, ragCacheChannel } from '#src/index'
import { aSearch, asked, aWorld } from './rag-world.js'
import { aChunk } from './test-corpus.js'

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
