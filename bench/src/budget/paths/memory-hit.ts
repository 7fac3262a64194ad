import { LRUCache } from 'lru-cache'
import { type OpenHotPath, packageOf } from '../hot-path.js'

const keys = Array.from({ length: 1000 }, (_, at) => `user:${at}`)
const ttlMs = 3_600_000
const userOf = (key: string) => ({ id: key, name: `name of ${key}`, roles: ['reader', 'writer'] })

/** `getOrSet` of what is in memory, beside `get` of lru-cache that looks at the clock each time. */
export const memoryHit: OpenHotPath = async root => {
  const { createCache } = await packageOf<typeof import('@voiceassist/cache')>(root, 'cache/dist/index.js')
  const cache = createCache({ namespaces: { user: { ttl: '1h' } } })
  const lru = new LRUCache<string, object>({ max: 2000, ttl: ttlMs, ttlResolution: 0 })
  for (const key of keys) {
    await cache.getOrSet(key, async () => userOf(key))
    lru.set(key, userOf(key))
  }
  const loader = () => {
    throw new Error('a key is not in memory')
  }
  return {
    path: async calls => {
      for (let at = 0; at < calls; at++) await cache.getOrSet(keys[at % keys.length] as string, loader)
    },
    floor: async calls => {
      for (let at = 0; at < calls; at++) await lru.get(keys[at % keys.length] as string)
    },
    close: () => cache.close(),
  }
}
