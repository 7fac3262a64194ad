export type * from './cache.js'
export { CacheError, type CacheErrorCode, type CacheErrorOptions, cacheErrors } from './cache-error.js'
export {
  type CacheEvent,
  type CacheReadEvent,
  cacheChannel,
  cacheReadChannel,
  timedHitEvery,
} from './cache-events.js'
export type { CacheOptions, EncryptionKey } from './cache-options.js'
export type * from './cache-stats.js'
export { createCache } from './create-cache.js'
export type { RemoteTier } from './remote/remote-tier.js'
