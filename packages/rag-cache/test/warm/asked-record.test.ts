import { FakeClock } from '@voiceassist/testkit'
import { describe, expect, test } from 'vitest'
import type { WarmLoader } from '#src/index'
import { aSearch, asked, aWorld, type RagWorld } from '../rag-world.js'
import { embedText, type Filter, type TestHit } from '../test-corpus.js'
import { ask, instanceWith } from './warm-world.js'

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
