import { randomUUID } from 'node:crypto'
import { createCache } from '@voiceassist/cache'
import { redisTier } from '@voiceassist/cache/redis'
import { borrowRedis, borrowValkey, canStartRedis, canStartValkey, eventually } from '@voiceassist/testkit'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createRagCache, type SearchRequest } from '#src/index'
import { encryption, tenantKey } from '../rag-world.js'
import {
  aChunk,
  dimensions,
  embed,
  embedText,
  type Filter,
  matches,
  TestCorpus,
  testScore,
} from '../test-corpus.js'

const kinds = [
  ['Redis', borrowRedis, canStartRedis],
  ['Valkey', borrowValkey, canStartValkey],
] as const

/** Words that stand nowhere else, in what is asked, searched by and found. */
const canary = 'zanzibarpatient'
const request: SearchRequest<Filter> = {
  query: `heart pain ${canary}`,
  topK: 2,
  scoreThreshold: 0.1,
  filters: { source: `${canary}source` },
}

describe.each(kinds)('%s', (_, borrow, can) => {
  test.skipIf(!can())('lets two instances agree after a change, and holds nothing in clear', async () => {
    const server = await borrow()
    onTestFinished(() => server.close())
    const prefix = `rag-${randomUUID().slice(0, 8)}`
    const corpus = new TestCorpus(new Map([['d1', [aChunk('c1', `heart ${canary}`, `${canary}source`)]]]))
    const open = () => {
      const cache = createCache({ remote: redisTier({ url: server.url }), prefix, encryption })
      const model = { name: 'test', dimensions }
      const rag = createRagCache<Filter>({
        cache,
        embed,
        matches,
        tenantKey,
        model,
        index: { version: '1' },
        score: testScore,
      })
      onTestFinished(async () => {
        await rag.close()
        await cache.close()
      })
      return rag
    }
    const [a, b] = [open(), open()]
    let searches = 0
    const search = async () => {
      searches++
      return corpus.search(request)
    }
    // In their first moments they have no head yet, and keep nothing.
    await eventually(async () => {
      await a.search(request, search)
      expect((await b.find(request, search)).from).toBe('cache')
    })
    const before = searches
    const inserted = [aChunk('c2', `heart pain ${canary}`, `${canary}source`)]
    corpus.documents.set('d2', inserted)
    const change = { id: 'd2', inserted, removed: [] }
    expect(await a.documentChanged(change, { acknowledged: true })).toMatchObject({ dropped: 1, all: false })
    expect(await b.search(request, search)).toEqual(corpus.search(request))
    expect((await a.find(request, search)).from).toBe('cache')
    expect(searches).toBe(before + 1)

    const client = new Redis(server.url)
    onTestFinished(() => client.disconnect())
    const vector = Buffer.from(embedText(request.query).buffer)
    let values = 0
    for (const key of await client.keys(`*${prefix}*`)) {
      expect(key).not.toContain(canary)
      const isHash = (await client.type(key)) === 'hash'
      const value = isHash
        ? Buffer.from(JSON.stringify(await client.hgetall(key)))
        : await client.getBuffer(key)
      expect(value?.includes(canary)).toBe(false)
      expect(value?.includes(vector)).toBe(false)
      if (/rag_(search|embedding|change):/.test(key)) values++
    }
    expect(values).toBeGreaterThanOrEqual(3)
  })
})
