import { cachified } from '@epic-web/cachified'
import { createKeyv } from '@keyv/redis'
import { createCache as createOwn } from '@voiceassist/cache'
import { redisTier } from '@voiceassist/cache/redis'
import { createCache as createDedupe } from 'async-cache-dedupe'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'
import { createCache as createManager } from 'cache-manager'
import { Cacheable } from 'cacheable'
import { Redis } from 'ioredis'
import { Keyv } from 'keyv'
import { trusted } from './trusted.js'

/** A cache that shares a Redis with other instances of itself. */
export interface SharedCache {
  getOrSet(key: string, loader: () => Promise<string>): Promise<unknown>
  delete(key: string): Promise<unknown>
  close(): Promise<unknown>
}

const ttlMs = 3_600_000

/** Each as its documentation sets it up for several processes: a memory tier, Redis, a bus where it brings one. */
export const sharedCaches = {
  async '@voiceassist/cache'(url) {
    const cache = createOwn({ remote: redisTier({ url }), remoteTimeoutMs: 2000, defaults: { ttl: '1h' } })
    await trusted(cache)
    return {
      getOrSet: (key, loader) => cache.getOrSet(key, loader),
      delete: key => cache.delete(key),
      close: () => cache.close(),
    }
  },
  async bentocache(url) {
    const { hostname: host, port } = new URL(url)
    const connection = { host, port: Number(port) }
    const bento = new BentoCache({
      default: 'both',
      stores: {
        both: bentostore()
          .useL1Layer(memoryDriver({ maxItems: 10_000 }))
          .useL2Layer(redisDriver({ connection }))
          .useBus(redisBusDriver({ connection })),
      },
    })
    return {
      getOrSet: (key, loader) => bento.getOrSet({ key, factory: loader, ttl: ttlMs }),
      delete: key => bento.delete({ key }),
      close: () => bento.disconnectAll(),
    }
  },
  async 'cache-manager'(url) {
    const manager = createManager({ stores: [new Keyv(), createKeyv(url)], ttl: ttlMs })
    return {
      getOrSet: (key, loader) => manager.wrap(key, loader),
      delete: key => manager.del(key),
      close: () => manager.disconnect(),
    }
  },
  async cacheable(url) {
    const cacheable = new Cacheable({ secondary: createKeyv(url), ttl: ttlMs })
    return {
      getOrSet: (key, loader) => cacheable.getOrSet(key, loader) as Promise<unknown>,
      delete: key => cacheable.delete(key),
      close: () => cacheable.disconnect(),
    }
  },
  async 'async-cache-dedupe'(url) {
    const client = new Redis(url)
    const loaders = new Map<string, () => Promise<string>>()
    const cache = createDedupe({
      ttl: ttlMs / 1000,
      storage: { type: 'redis', options: { client: client as never } },
    })
    const defined = cache.define('load', (key: string) => (loaders.get(key) as () => Promise<string>)())
    return {
      getOrSet: (key, loader) => {
        loaders.set(key, loader)
        return defined.load(key)
      },
      delete: key => cache.clear('load', key),
      close: () => client.quit(),
    }
  },
  async cachified(url) {
    const client = new Redis(url)
    const store = {
      get: async (key: string) => JSON.parse((await client.get(`cachified:${key}`)) ?? 'null'),
      set: (key: string, value: unknown) =>
        client.set(`cachified:${key}`, JSON.stringify(value), 'PX', ttlMs),
      delete: (key: string) => client.del(`cachified:${key}`),
    }
    return {
      getOrSet: (key, loader) => cachified({ key, cache: store as never, ttl: ttlMs, getFreshValue: loader }),
      delete: key => store.delete(key),
      close: () => client.quit(),
    }
  },
} satisfies Record<string, (url: string) => Promise<SharedCache>>

export type SharedName = keyof typeof sharedCaches
