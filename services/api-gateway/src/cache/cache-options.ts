import type { CacheOptions } from '@voiceassist/cache'

/**
 * Users and logins decide what a request may do: they are read from the tier that all gateways share, where an
 * invalidation holds at once, and never from this process's memory (docs/decisions/0027-cached-authorisation.md).
 */
export const cacheNamespaces = {
  user: { ttl: '15m', sensitive: true, memory: false },
  login: { ttl: '15m', sensitive: true, memory: false },
  sessions: { ttl: '5m', sensitive: true },
  messages: { ttl: '5m', sensitive: true },
  /** The lifetimes of these are configured. */
  rag_embedding: { sensitive: true },
  rag_search: { sensitive: true },
  rag_document: {},
  /** What changed in the knowledge base, by which cached searches are judged. */
  rag_corpus: { memory: true },
  rag_change: { sensitive: true },
  /** Which searches are asked for most. */
  rag_asked: { sensitive: true, memory: false },
  /** How similar the questions of wrong reuses were. */
  rag_bar: {},
  /** What calibration has set. */
  rag_reuse: { ttl: '5m' },
  documents: { ttl: '5m' },
  /** The flags keep their own snapshot in memory. */
  feature_flags: { ttl: '300s', memory: false },
  feature_flags_applied: { ttl: '300s', memory: false },
} as const satisfies NonNullable<CacheOptions['namespaces']>

export type CacheNamespace = keyof typeof cacheNamespaces

export const memoryLimits = { maxEntries: 50_000, maxBytes: 128 * 2 ** 20 }

/** Share of hits that are compared with the database. */
export const verifiedHits = 0.001

/** One of the cache that reads go past: for commands, and where the cache is off. */
export const nothingKept: CacheOptions = { defaults: { memory: false, remote: false } }
