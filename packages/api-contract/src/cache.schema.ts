import { type Static, Type } from 'typebox'
import { listOf, nullable, strictObject, text, timestamp } from './schema-parts.js'

const count = Type.Integer({ minimum: 0 })
const share = Type.Number({ minimum: 0, maximum: 1 })
const milliseconds = Type.Number()

const tierStats = strictObject({
  hits: count,
  misses: count,
  hitRate: share,
  entries: count,
  bytes: count,
  evictions: count,
})

const namespaceStats = strictObject({
  hits: count,
  memoryHits: count,
  remoteHits: count,
  misses: count,
  hitRate: share,
  loads: count,
  loadErrors: count,
  entries: Type.Integer({ minimum: 0, description: 'In the memory of this gateway' }),
})

const relay = strictObject({
  active: Type.Boolean({ description: 'true: this gateway relays for all' }),
  lagMs: nullable(Type.Number({ description: 'Age of the oldest change that waits' })),
  relayed: count,
  unmapped: count,
  failures: count,
  lastPassAt: nullable(timestamp),
})

const ragStats = strictObject({
  hits: count,
  misses: count,
  hitRate: Type.Number({ minimum: 0, maximum: 100, description: 'Percent' }),
  entries: Type.Integer({ minimum: 0, description: 'In the memory of this gateway' }),
  bytes: count,
  secondsSaved: Type.Number({ description: 'Against what the misses had taken' }),
})

const rag = strictObject({
  query_embedding: ragStats,
  search_results: ragStats,
  document_meta: ragStats,
})

export const cacheReport = strictObject({
  kind: Type.Enum(['redis', 'lmdb', 'none']),
  usable: Type.Boolean({
    description: 'false: reads go to the database until the changes from before the start are relayed',
  }),
  tiers: strictObject({ memory: tierStats, remote: tierStats }),
  namespaces: Type.Unsafe<Record<string, Static<typeof namespaceStats>>>({
    type: 'object',
    additionalProperties: namespaceStats,
  }),
  rag: nullable(rag),
  relay: Type.Unsafe<Static<typeof relay> | null>({ ...relay, type: ['object', 'null'] }),
})
export type CacheReport = Static<typeof cacheReport>

export const cacheInstances = strictObject({
  items: Type.Array(
    strictObject({
      id: Type.String(),
      name: Type.String(),
      self: Type.Boolean(),
      lagMs: Type.Number({ description: 'Since its last heartbeat; one is sent every 500 ms' }),
    }),
  ),
})
export type CacheInstances = Static<typeof cacheInstances>

/** The cache itself has the last word on what a key is. */
const name = text(1, 1024)

export const cacheKeyQuery = strictObject({ key: name })
export type CacheKeyQuery = Static<typeof cacheKeyQuery>

const entry = strictObject({
  expiresInMs: milliseconds,
  bytes: count,
  tags: Type.Array(Type.String()),
})

export const cacheKeyState = strictObject({
  key: Type.String(),
  namespace: Type.String(),
  sensitive: Type.Boolean({ description: 'true: the value is not shown' }),
  memory: Type.Optional(entry),
  remote: Type.Optional(entry),
  value: Type.Optional(Type.Unknown()),
})
export type CacheKeyState = Static<typeof cacheKeyState>

const acknowledged = Type.Boolean({
  default: false,
  description: 'true: answered when no gateway can serve the old values any more',
})

export const invalidateCacheRequest = strictObject(
  {
    keys: Type.Optional(listOf(name, 1000)),
    pattern: Type.Optional(text(1, 1024, { description: '* any characters, ? one, \\ the next as it is' })),
    tags: Type.Optional(listOf(name, 64)),
    namespace: Type.Optional(name),
    acknowledged,
  },
  { description: 'Exactly one of keys, pattern, tags and namespace' },
)
export type InvalidateCacheRequest = Static<typeof invalidateCacheRequest>

export const warmCacheRequest = strictObject({
  maxKeys: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, description: 'Default: 1000' })),
})
export type WarmCacheRequest = Static<typeof warmCacheRequest>

export const cacheWarming = strictObject({
  wanted: Type.Integer({ minimum: 0, description: 'Keys that were wanted and not in memory' }),
  warmed: Type.Integer({ minimum: 0, description: 'Of those, found or loaded' }),
  failed: count,
  left: Type.Integer({ minimum: 0, description: 'Of those, not tried in ten seconds' }),
})
export type CacheWarming = Static<typeof cacheWarming>

export const cacheInvalidation = strictObject({
  memory: Type.Boolean(),
  remote: Type.Enum(['done', 'journaled', 'none'], {
    description: 'journaled: the second tier does not answer, and is told when it does; none: there is none',
  }),
  acknowledged: Type.Boolean(),
})
export type CacheInvalidation = Static<typeof cacheInvalidation>
