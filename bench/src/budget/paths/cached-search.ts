import { createHmac } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { type OpenHotPath, packageOf } from '../hot-path.js'

const questions = Array.from({ length: 500 }, (_, at) => `What should be done for condition number ${at}?`)
const dimensions = 64
const secret = Buffer.alloc(32, 1)

/** A search that is cached, beside an HMAC of its text and lru-cache's `get` of that: what is private needs both. */
export const cachedSearch: OpenHotPath = async root => {
  const [{ createCache }, { createRagCache }] = await Promise.all([
    packageOf<typeof import('@voiceassist/cache')>(root, 'cache/dist/index.js'),
    packageOf<typeof import('@voiceassist/rag-cache')>(root, 'rag-cache/dist/index.js'),
  ])
  const cache = createCache()
  const rag = createRagCache({
    cache,
    embed: async texts => texts.map(text => new Float32Array(dimensions).fill(1 / (text.length + 1))),
    tenantKey: () => secret,
    model: { name: 'bench', dimensions },
    index: { version: '1' },
  })
  const hits = Array.from({ length: 5 }, (_, at) => ({ chunkId: `c${at}`, documentId: 'd', score: 0.9 }))
  const lru = new LRUCache<string, object>({ max: 2000, ttl: 3_600_000, ttlResolution: 0 })
  const digest = (text: string) => createHmac('sha256', secret).update(text).digest('base64url')
  const request = (at: number) => ({
    query: questions[at % questions.length] as string,
    ...{ topK: 5, scoreThreshold: 0.2 },
  })
  for (const [at, question] of questions.entries()) {
    await rag.search(request(at), async () => hits)
    lru.set(digest(question), hits)
  }
  const load = () => {
    throw new Error('a search is not cached')
  }
  return {
    path: async calls => {
      for (let at = 0; at < calls; at++) await rag.search(request(at), load)
    },
    floor: async calls => {
      for (let at = 0; at < calls; at++) await lru.get(digest(request(at).query))
    },
    close: async () => {
      await rag.close()
      await cache.close()
    },
  }
}
