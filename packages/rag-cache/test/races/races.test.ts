import { gate } from '@voiceassist/testkit'
import { describe, expect, test } from 'vitest'
import type { RagCache } from '#src/index'
import { aSearch, asked, aWorld, type RagWorld } from '../rag-world.js'
import type { Filter } from '../test-corpus.js'

const head = 'rag_corpus:head'
const removal = { id: 'd1', inserted: [], removed: ['c-d1'] }

/** The corpus loses the best hit; the result of a search since then differs. */
async function remove(world: RagWorld, rag: RagCache<Filter>, options = {}) {
  world.corpus.documents.delete('d1')
  return rag.documentChanged(removal, options)
}

/** What every instance answers is what the corpus holds. */
async function expectFresh(world: RagWorld, ...instances: RagCache<Filter>[]) {
  for (const rag of instances) {
    const { hits } = await rag.find(asked, async () => world.corpus.search(asked))
    expect(hits).toEqual(world.corpus.search(asked))
  }
}

describe('a search that a change overtakes is not served afterwards', () => {
  test('between the reading of the head and the search’s own reading', async () => {
    const world = aWorld()
    const rag = world.instance()
    const search = aSearch(world)
    const embedding = gate()
    const slow = world.instance({
      embed: async texts => {
        await embedding.opened
        return texts.map(() => new Float32Array(6).fill(0.4))
      },
    })
    const under = slow.search(asked, search)
    await world.heard()
    await remove(world, rag)
    embedding.open()
    expect(await under).toEqual(world.corpus.search(asked))
    await expectFresh(world, rag, slow)
  })

  test('between its reading and its fill, on the instance of the change', async () => {
    const world = aWorld()
    const rag = world.instance()
    const search = aSearch(world)
    const [read, fill] = [gate(), gate()]
    const under = rag.search(asked, async () => {
      const hits = await search()
      read.open()
      await fill.opened
      return hits
    })
    await read.opened
    await remove(world, rag)
    fill.open()
    expect((await under)[0]?.chunkId).toBe('c-d1') // it was asked for before the change
    await expectFresh(world, rag)
  })

  test('between its reading and its fill, on another instance', async () => {
    const world = aWorld()
    const [a, b] = [world.instance(), world.instance()]
    const search = aSearch(world)
    const [read, fill] = [gate(), gate()]
    const under = a.search(asked, async () => {
      const hits = await search()
      read.open()
      await fill.opened
      return hits
    })
    await read.opened
    await remove(world, b)
    fill.open()
    await under
    await expectFresh(world, b, a)
  })

  test('while others wait for it who came after the change', async () => {
    const world = aWorld()
    const rag = world.instance()
    const search = aSearch(world)
    const [read, fill] = [gate(), gate()]
    const load = async () => {
      const hits = await search()
      read.open()
      await fill.opened
      return hits
    }
    const before = rag.search(asked, load)
    await read.opened
    await remove(world, rag)
    const after = rag.search(asked, load)
    await world.heard()
    fill.open()
    await before
    expect(await after).toEqual(world.corpus.search(asked))
  })
})

describe('two changes at once', () => {
  test('are both in the log, whichever comes second', async () => {
    const world = aWorld()
    const [a, b] = [world.instance(), world.instance()]
    const search = aSearch(world)
    await a.search(asked, search)
    await b.search(asked, search)
    const late = gate()
    let sets = 0
    world.server.gate = ({ name, key }) =>
      name === 'set' && key === head && ++sets === 1 ? { send: late.opened } : undefined
    const first = remove(world, a)
    await world.heard()
    const second = await b.documentChanged({ id: 'd9', inserted: [], removed: [] })
    expect(second.all).toBe(false)
    late.open()
    expect(await first).toMatchObject({ all: false, dropped: 1 })
    await expectFresh(world, b, a)
  })

  test('of which one is only known by an old head are both judged', async () => {
    const world = aWorld()
    const [a, b, c] = [world.instance(), world.instance(), world.instance()]
    const search = aSearch(world)
    for (const rag of [a, b, c]) await rag.search(asked, search)
    const late = gate()
    const mine = await messagesTo(world, b, late.opened)
    expect(mine).toBeGreaterThan(0)
    await remove(world, a)
    expect(await b.documentChanged({ id: 'd9', inserted: [], removed: [] })).toMatchObject({ all: false })
    late.open()
    await world.heard()
    await expectFresh(world, c, b, a)
  })
})

describe('what is lost is made up for by dropping', () => {
  test('the head', async () => {
    const world = aWorld()
    const [a, b] = [world.instance(), world.instance()]
    const search = aSearch(world)
    await a.search(asked, search)
    world.server.evict('value', undefined, head)
    await remove(world, b)
    await world.heard()
    await expectFresh(world, b, a)
  })

  test('a record', async () => {
    const world = aWorld()
    const [a, b] = [world.instance(), world.instance()]
    const search = aSearch(world)
    await a.search(asked, search)
    const records: string[] = []
    world.server.gate = ({ name, key }) => {
      if (name === 'set' && key?.startsWith('rag_change:')) records.push(key)
      return undefined
    }
    await remove(world, b) // which knows of no search
    for (const key of records) world.server.evict('value', undefined, key)
    await world.heard()
    expect(records).toHaveLength(1)
    await expectFresh(world, a)
  })

  test('a record that could not be written', async () => {
    const world = aWorld()
    const [a, b] = [world.instance(), world.instance()]
    const search = aSearch(world)
    for (const rag of [a, b]) await rag.search(asked, search)
    world.server.gate = ({ name, key }) =>
      name === 'set' && key?.startsWith('rag_change:')
        ? { send: Promise.reject(new Error('lost')) }
        : undefined
    expect(await remove(world, a)).toMatchObject({ all: true, dropped: 1, remote: 'done' })
    await world.heard()
    await expectFresh(world, b, a)
  })

  test('everything, by a server that comes back with an older copy', async () => {
    const world = aWorld()
    const [a, b] = [world.instance(), world.instance()]
    const search = aSearch(world)
    for (const rag of [a, b]) await rag.search(asked, search)
    const before = world.server.snapshot()
    await remove(world, a)
    world.server.restart({ values: before })
    await world.heard()
    await expectFresh(world, world.instance(), a, b)
  })
})

describe('a search that is behind', () => {
  test('by more changes than the head names is dropped unjudged', async () => {
    const world = aWorld()
    const [a, b] = [world.instance(), world.instance()]
    const search = aSearch(world)
    await a.search(asked, search)
    await remove(world, b)
    for (let at = 0; at < 130; at++) await b.documentChanged({ id: `n${at}`, inserted: [], removed: [] })
    await world.heard()
    await expectFresh(world, a)
  })
})

describe('after a restart', () => {
  test('what is kept is judged by the changes since, and served where none changed it', async () => {
    const world = aWorld()
    const a = world.instance()
    const search = aSearch(world)
    const kept = { ...asked, query: 'liver test', scoreThreshold: 0.9 }
    await a.search(asked, search)
    await a.search(kept, async () => world.corpus.search(kept))
    await a.close()
    await remove(world, world.instance())
    const b = world.instance()
    await expectFresh(world, b)
    expect((await b.find(kept, search)).from).toBe('cache')
  })
})

describe('a message that is late', () => {
  test('does not hold an acknowledged change back from being seen', async () => {
    const world = aWorld()
    const [a, b] = [world.instance(), world.instance()]
    const search = aSearch(world)
    for (const rag of [a, b]) await rag.search(asked, search)
    const late = gate()
    await messagesTo(world, b, late.opened)
    await remove(world, a, { acknowledged: true })
    await expectFresh(world, b)
    late.open()
  })
})

describe('while the second tier is away', () => {
  test('searches are made, changes are journaled, and nothing from before is served after it', async () => {
    const world = aWorld()
    const [a, b] = [world.instance(), world.instance()]
    const search = aSearch(world)
    for (const rag of [a, b]) await rag.search(asked, search)
    const back = gate()
    world.server.gate = () => ({ abandon: Promise.reject(new Error('away')), send: back.opened })
    expect(await remove(world, a)).toMatchObject({ all: true, remote: 'journaled' })
    await expectFresh(world, a)
    await expect(remove(world, a, { acknowledged: true })).rejects.toMatchObject({
      code: 'CACHE_REMOTE_UNAVAILABLE',
    })
    world.server.gate = () => undefined
    back.open()
    await expectFresh(world, a)
  })
})

/** Those to the instance that asks for a key next are held from now on. */
async function messagesTo(world: RagWorld, rag: RagCache<Filter>, until: Promise<void>): Promise<number> {
  let instance = ''
  const { gate: before } = world.server
  world.server.gate = operation => {
    if (operation.key?.startsWith('rag_embedding:')) instance = operation.instance
    return undefined
  }
  await rag.getEmbedding(rag.generateEmbeddingKey('never seen'))
  world.server.gate = before
  world.server.messages = ({ to }) => (to === instance ? { hold: until } : undefined)
  return instance.length
}
