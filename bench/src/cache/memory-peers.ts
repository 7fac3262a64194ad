import { cachified } from '@epic-web/cachified'
import { createCache as createDedupeCache } from 'async-cache-dedupe'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { createCache as createManager } from 'cache-manager'
import { Cacheable } from 'cacheable'
import { Keyv } from 'keyv'
import { LRUCache } from 'lru-cache'
import type { Way } from './side-by-side.js'

const ttlMs = 3_600_000

/** Hits in the memory of other libraries, as their documentation reads through it; each has been asked for all keys. */
export async function memoryPeers(
  keys: readonly string[],
  load: (key: string) => Promise<unknown>,
): Promise<Record<string, Way>> {
  const max = keys.length * 2
  const exact = new LRUCache<string, object>({ max, ttl: ttlMs, ttlResolution: 0 })
  const usual = new LRUCache<string, object>({ max, ttl: ttlMs })
  const bento = new BentoCache({
    default: 'memory',
    stores: { memory: bentostore().useL1Layer(memoryDriver({ maxItems: max })) },
  })
  const manager = createManager({ stores: [new Keyv()], ttl: ttlMs })
  const cacheable = new Cacheable({ ttl: ttlMs })
  const held = new LRUCache<string, NonNullable<unknown>>({ max })
  const dedupe = createDedupeCache({
    ttl: ttlMs / 1000,
    storage: { type: 'memory', options: { size: max } },
  }).define('load', load)
  const each = (call: (key: string) => Promise<unknown>) => async (calls: number) => {
    for (let at = 0; at < calls; at++) await call(keys[at % keys.length] as string)
  }
  const ways: Record<string, Way> = {
    'lru-cache, ttlResolution 0': async calls => {
      for (let at = 0; at < calls; at++) await exact.get(keys[at % keys.length] as string)
    },
    'lru-cache': async calls => {
      for (let at = 0; at < calls; at++) await usual.get(keys[at % keys.length] as string)
    },
    'async-cache-dedupe': each(key => dedupe.load(key)),
    'cache-manager': each(key => manager.wrap(key, () => load(key))),
    cachified: each(key =>
      cachified({ key, cache: held as never, ttl: ttlMs, getFreshValue: () => load(key) }),
    ),
    cacheable: each(key => cacheable.getOrSet(key, () => load(key)) as Promise<unknown>),
    bentocache: each(key => bento.getOrSet({ key, factory: () => load(key), ttl: ttlMs })),
  }
  for (const key of keys) {
    const value = (await load(key)) as object
    exact.set(key, value)
    usual.set(key, value)
  }
  for (const [name, way] of Object.entries(ways)) if (!name.startsWith('lru-cache')) await way(keys.length)
  return ways
}
