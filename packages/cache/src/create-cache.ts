import { hostname } from 'node:os'
import { systemClock } from '@voiceassist/kernel'
import type { Cache } from './cache.js'
import { CacheCore, newInstanceId, type Surroundings } from './cache-core.js'
import type { CacheOptions } from './cache-options.js'
import { checkCacheOptions } from './check-cache-options.js'
import { HeardNumbers } from './mirror/heard.js'
import { TwoTierCache } from './two-tier-cache.js'

const heard = new HeardNumbers()

/**
 * A cache that is ready at once: it connects in the background, and until then and whenever the second tier is away it
 * loads from the source.
 * @throws CacheError CACHE_OPTION_INVALID that names the option.
 */
export function createCache(options: CacheOptions = {}): Cache {
  return createCacheIn(options, {
    clock: systemClock,
    random: Math.random,
    instance: newInstanceId(),
    heard,
  })
}

/** For tests: with a clock, chance and name of their own. */
export function createCacheIn(options: CacheOptions, surroundings: Surroundings): Cache {
  checkCacheOptions(options)
  const core = new CacheCore(options, surroundings)
  return new TwoTierCache(core, options.remote, {
    name: options.name ?? `${hostname()}:${process.pid}`,
    prefix: options.prefix ?? 'va',
    remoteTimeoutMs: options.remoteTimeoutMs ?? 100,
    verifyHits: options.verifyHits ?? 0,
  })
}
