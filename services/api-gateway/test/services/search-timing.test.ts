import type { RagCache } from '@voiceassist/rag-cache'
import { createHashingEmbedder, FakeClock } from '@voiceassist/testkit'
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import { expect, test } from 'vitest'
import type { Database } from '#src/db/schema'
import { createSearchService } from '#src/services/search.service'

const query = { query: 'gout', topK: 5, scoreThreshold: 0 }

/** Which finds nothing. */
const db = new Kysely<Database>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: other => new PostgresIntrospector(other),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

test('the time of a search is that of the embedding and the rest', async () => {
  const clock = new FakeClock()
  const hashing = createHashingEmbedder()
  const embedder = {
    ...hashing,
    embed: async (texts: readonly string[]) => {
      await clock.advance(40)
      return hashing.embed(texts)
    },
  }
  const uncached = createSearchService({ db, embedder, clock })
  expect((await uncached.search(query)).timing).toEqual({ embeddingMs: 40, searchMs: 0 })

  const find = async () => {
    await clock.advance(12)
    return { hits: [], from: 'similar' as const, embeddingMs: 9 }
  }
  const rag = { cache: { find } as unknown as RagCache } as never
  const cached = createSearchService({ db, embedder, clock, gateway: { usable: true, rag } })
  expect((await cached.search(query)).timing).toEqual({ embeddingMs: 9, searchMs: 3 })
})
