import { createCacheIn } from '@voiceassist/cache/testing'
import { createHashingEmbedder, FakeClock } from '@voiceassist/testkit'
import type { Kysely } from 'kysely'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { readConfig } from '#src/config'
import type { Database } from '#src/db/schema'
import { openRagCache } from '#src/rag/open-rag-cache'

const minute = 60_000
const text = 'How is gout treated in adults, and for how long must they take the tablets after an attack?'

function anOpenCache(environment: NodeJS.ProcessEnv) {
  const clock = new FakeClock()
  const cache = createCacheIn({}, { clock, random: () => 0.5, instance: 'alone' })
  const hashing = createHashingEmbedder(64)
  const loads = { embedding: 0, search: 0, document: 0 }
  const rag = openRagCache({
    cache,
    db: {} as Kysely<Database>,
    embedder: {
      ...hashing,
      embed(texts) {
        loads.embedding++
        return hashing.embed(texts)
      },
    },
    config: readConfig({ DATA_DIR: '/nowhere', ...environment }).rag,
    tenantKey: 'a key of the tests that is long enough',
    clock,
    logger: pino({ level: 'silent' }),
  })
  return {
    clock,
    rag: rag.cache,
    hashing,
    /** What had to be loaded for one use of each. */
    async loaded() {
      Object.assign(loads, { embedding: 0, search: 0, document: 0 })
      await rag.cache.embedding(text)
      await rag.cache.search({ query: text, topK: 3, scoreThreshold: 0, reuse: false }, async () => {
        loads.search++
        return []
      })
      await rag.cache.documentMetadata('d', async () => {
        loads.document++
        return {}
      })
      return { ...loads }
    },
    async [Symbol.asyncDispose]() {
      await rag.close()
      await cache.close()
    },
  }
}

test.each([
  ['RAG_EMBEDDING_TTL', { embedding: 1, search: 0, document: 0 }],
  ['RAG_SEARCH_TTL', { embedding: 0, search: 1, document: 0 }],
  ['RAG_DOCUMENT_TTL', { embedding: 0, search: 0, document: 1 }],
])('%s decides how long the one is kept, and nothing else', async (name, again) => {
  await using open = anOpenCache({ [name]: '10m' })
  expect(await open.loaded()).toEqual({ embedding: 1, search: 1, document: 1 })
  await open.clock.advance(5 * minute)
  expect(await open.loaded()).toEqual({ embedding: 0, search: 0, document: 0 })
  await open.clock.advance(6 * minute)
  expect(await open.loaded()).toEqual(again)
})

test('without them an embedding is kept for a day, a search for one hour and a document for two', async () => {
  await using open = anOpenCache({})
  await open.loaded()
  await open.clock.advance(59 * minute)
  expect(await open.loaded()).toEqual({ embedding: 0, search: 0, document: 0 })
  await open.clock.advance(2 * minute)
  expect(await open.loaded()).toEqual({ embedding: 0, search: 1, document: 0 })
  await open.clock.advance(60 * minute)
  expect(await open.loaded()).toEqual({ embedding: 0, search: 1, document: 1 })
  await open.clock.advance(21 * 60 * minute)
  expect((await open.loaded()).embedding).toBe(0)
  await open.clock.advance(60 * minute)
  expect((await open.loaded()).embedding).toBe(1)
})

test('RAG_VECTOR_PRECISION decides how exactly an embedding is kept', async () => {
  const errors: number[] = []
  for (const precision of ['float32', 'float16', 'int8']) {
    await using open = anOpenCache({ RAG_VECTOR_PRECISION: precision })
    const [exact] = await open.hashing.embed([text])
    const kept = await open.rag.embedding(text)
    errors.push(Math.max(...kept.map((value, at) => Math.abs(value - exact![at]!))))
  }
  const [float32, float16, int8] = errors
  expect(float32).toBeLessThan(1e-7)
  expect(float16).toBeGreaterThan(1e-6)
  expect(int8).toBeGreaterThan(4 * float16!)
  expect(int8).toBeLessThan(0.01)
})
