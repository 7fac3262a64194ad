import { createHash } from 'node:crypto'
import type { RemoteTier } from '@voiceassist/cache'
import { lmdbTier } from '@voiceassist/cache/lmdb'
import { redisTier } from '@voiceassist/cache/redis'
import type { Config } from '../config.js'
import type { EncryptionKey, RedisConfig } from '../config-cache.js'
import { generatedCacheKey } from '../data-folder/generated-secrets.js'
import { cacheFolder } from '../data-folder/layout.js'

export interface SecondTier {
  readonly kind: 'redis' | 'lmdb'
  readonly description: string
  readonly tier: RemoteTier
}

/** @throws CacheError CACHE_REMOTE_UNSUITABLE when another process has the folder. */
export function secondTier({ cache: { redis }, dataFolder }: Config): SecondTier {
  if (redis) return { kind: 'redis', description: describe(redis), tier: redisTier(tierOptions(redis)) }
  const path = cacheFolder(dataFolder)
  return { kind: 'lmdb', description: `LMDB (embedded, ${path})`, tier: lmdbTier({ path }) }
}

function tierOptions({ place, password, maxConnections, healthCheckIdleMs }: RedisConfig) {
  const limits = { maxConnections, healthCheckIdleMs }
  const secret = password === undefined ? {} : { password }
  if (place.kind === 'server') return { url: place.url, ...limits }
  if (place.kind === 'cluster') return { cluster: place.nodes, ...secret, ...limits }
  return { sentinels: [...place.nodes], name: place.master, ...secret, ...limits }
}

function describe({ place }: RedisConfig): string {
  if (place.kind === 'server') return `Redis ${new URL(place.url).host}`
  const nodes = place.nodes.map(({ host, port }) => `${host}:${port}`).join(', ')
  return place.kind === 'cluster' ? `Redis cluster ${nodes}` : `Redis ${place.master} by ${nodes}`
}

/** Those of the environment, or the one of the data folder: its id is made of it, so that another one has another id. */
export function encryptionOf({ cache, dataFolder }: Config): readonly EncryptionKey[] {
  if (cache.encryptionKeys) return cache.encryptionKeys
  const key = Buffer.from(generatedCacheKey(dataFolder), 'base64')
  const id = `g-${createHash('sha256').update(key).digest('hex').slice(0, 12)}`
  return [{ id, key }]
}
