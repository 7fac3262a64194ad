import { eventually, hasServer, seededRandom, testSeed } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gatewayActor } from '#src/audit/actor'
import type { DocumentInput } from '#src/services/documents/documents-port'
import type { SearchHit, SearchQuery } from '#src/services/search-port'
import { openRagGateways, type RagGateways } from './rag-gateways.js'

const timeout = 120_000
const actor = gatewayActor('test')
const words =
  'asthma gout insulin heart liver kidney fever cough aspirin statin stroke anemia rash migraine sepsis'.split(
    ' ',
  )
const rounds = process.env.TEST_LONG ? 300 : 10

describe.skipIf(!hasServer())('two gateways that share a database with HNSW, and a cache', () => {
  let all: RagGateways
  beforeAll(async () => {
    all = await openRagGateways('server', 2)
  }, timeout)
  afterAll(() => all?.close(), timeout)

  test('no answer contradicts a fresh search once a change of documents has returned', {
    timeout,
  }, async () => {
    const seed = testSeed('stale searches')
    const random = seededRandom(seed)
    const below = (count: number) => Math.floor(random() * count)
    const pick = <T>(items: readonly T[]) => items[below(items.length)]!
    const some = (count: number) => Array.from({ length: count }, () => pick(words)).join(' ')
    let number = 0
    const file = (): DocumentInput => ({
      bytes: Buffer.from(`# ${some(2)}\n\n${some(30)}\n\n## ${some(1)}\n\n${some(20)} number${number++}`),
      sourceType: pick(['guideline', 'leaflet']),
    })
    const queries: SearchQuery[] = Array.from({ length: 24 }, (_, n) => ({
      query: some(1 + below(4)),
      topK: 1 + below(6),
      scoreThreshold: pick([0, 0.3, 0.5]),
      ...(n % 3 === 0 ? { filters: { sourceType: 'leaflet' } } : {}),
    }))
    const ids: string[] = []
    const one = () => pick(all.gateways)
    for (let n = 0; n < 40; n++) ids.push((await one().documents.create(actor, file())).id)

    const change = async () => {
      const { documents } = one()
      const at = below(3)
      if (at === 0 || ids.length < 20) ids.push((await documents.create(actor, file())).id)
      else if (at === 1) await documents.replace(actor, pick(ids), file()).catch(ignoreMissing)
      else await documents.remove(actor, ids.splice(below(ids.length), 1)[0]!).catch(ignoreMissing)
    }
    const ask = () => one().search.search(pick(queries))

    let served = 0
    let asked = 0
    let needless = 0
    const last = new Map<SearchQuery, string>()
    for (let round = 0; round < rounds; round++) {
      // Searches that are under way while documents change are judged by the changes afterwards.
      await Promise.all([change(), ask(), ask(), change(), ask(), ask(), ask()])
      for (const query of queries) {
        const fresh = shown((await all.fresh.search(query)).hits)
        for (const { search } of all.gateways) {
          const { hits, from } = await search.search(query)
          asked++
          if (from === 'cache') served++
          else if (last.get(query) === fresh) needless++
          expect(shown(hits), `round ${round}, seed ${seed}`).toEqual(fresh)
        }
        last.set(query, fresh)
      }
    }
    expect(served).toBeGreaterThan(asked / 4)
    console.log(
      `${asked} answers of two gateways over ${2 * rounds} changes: 0 stale, ${served} from the cache, ` +
        `${needless} searched anew though nothing had changed (seed ${seed})`,
    )
  })

  test('one that starts refreshes what was asked for before it', {
    timeout,
  }, async () => {
    const [a] = all.gateways
    await a!.documents.create(actor, { bytes: Buffer.from('# Malaria\n\nThe vaccine of malaria.') })
    const query = { query: 'malaria vaccine', topK: 3, scoreThreshold: 0.2 }
    const before = await all.start()
    const { hits } = await before.search.search(query)
    await before.gateway.rag!.cache.clearSearches()
    await before.gateway.close()
    const after = await all.start()
    try {
      const { cache } = after.gateway.rag!
      await eventually(async () => expect(cache.getCacheStats().search_results.entries).toBeGreaterThan(0))
      expect(cache.getCacheStats().search_results).toMatchObject({ hits: 0, misses: 0 })
      expect(await after.search.search(query)).toMatchObject({ hits, from: 'cache' })
    } finally {
      await after.gateway.close()
    }
  })

  test('a change by SQL reaches both, and what the writer has told is not dropped again', {
    timeout,
  }, async () => {
    const [a, b] = all.gateways
    const query = { query: 'zoster vaccine', topK: 3, scoreThreshold: 0.2 }
    const { id } = await a!.documents.create(actor, { bytes: Buffer.from('# Zoster\n\nThe vaccine.') })
    const settled = () => eventually(async () => expect(await waiting()).toBe(0))
    const waiting = async () =>
      Number(
        (
          await all.db
            .selectFrom('cache_outbox')
            .select(e => e.fn.countAll().as('n'))
            .execute()
        )[0]!.n,
      )
    await settled()
    for (const { search } of [a!, b!]) await search.search(query)
    await a!.documents.create(actor, { bytes: Buffer.from('# Other\n\nNothing of that.') })
    await settled()
    for (const { search } of [a!, b!]) expect(await search.search(query)).toMatchObject({ from: 'cache' })

    for (const [statement, seen] of [
      [`update kb_documents set title = 'Shingles' where id = '${id}'`, /Shingles/],
      [`update kb_chunks set content = 'Changed by SQL' where document_id = '${id}'`, /Changed by SQL/],
      [`delete from kb_chunks where document_id = '${id}'`, /^(?!.*Changed by SQL)/],
    ] as const) {
      await all.run(statement)
      for (const { search } of [a!, b!])
        await eventually(async () => expect(JSON.stringify((await search.search(query)).hits)).toMatch(seen))
    }
    await all.run('truncate kb_documents cascade')
    for (const { search } of [a!, b!])
      await eventually(async () => expect((await search.search(query)).hits).toEqual([]))
  })
})

function shown(hits: readonly SearchHit[]): string {
  return JSON.stringify(hits.map(({ score, ...hit }) => ({ ...hit, score: score.toFixed(4) })))
}

function ignoreMissing(error: unknown): void {
  if ((error as { code?: string }).code !== 'NOT_FOUND') throw error
}
