import type { FakeClock } from '@voiceassist/testkit'
import { expect } from 'vitest'
import { createRagCacheIn } from '#src/create-rag-cache'
import type { RagCache, WarmLoader } from '#src/index'
import { asked, type RagWorld, tenantKey } from '../rag-world.js'
import { dimensions, embed, type Filter, matches, type TestHit } from '../test-corpus.js'

/** Searches the world as it is now, by vector and features alone, and counts. */
export function aWarmLoader(world: RagWorld) {
  const load: WarmLoader<Filter, TestHit> = async (request, { text, embedding, features }) => {
    counted.count++
    expect(text).toBeUndefined()
    return world.corpus.searchBy(features, embedding, request)
  }
  const counted = Object.assign(load, { count: 0 })
  return counted
}

/** Asks each question so many times. */
export async function ask(rag: RagCache<Filter>, world: RagWorld, times: Readonly<Record<string, number>>) {
  for (const [query, count] of Object.entries(times))
    for (let time = 0; time < count; time++)
      await rag.search({ ...asked, query }, async () => world.corpus.search({ ...asked, query }))
}

export async function sourceOf(rag: RagCache<Filter>, world: RagWorld, query: string) {
  const { hits, from } = await rag.find({ ...asked, query }, async () =>
    world.corpus.search({ ...asked, query }),
  )
  expect(idsOf(hits)).toEqual(idsOf(world.corpus.search({ ...asked, query })))
  return from
}

export function idsOf(hits: readonly { readonly chunkId: string }[]) {
  return hits.map(({ chunkId }) => chunkId)
}

export const popular = { 'heart pain': 3, 'heart risk': 2, 'liver test': 1 }

export function instanceWith(
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
