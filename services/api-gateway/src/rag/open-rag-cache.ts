import { createHmac } from 'node:crypto'
import { type Cache, CacheError } from '@voiceassist/cache'
import type { Clock } from '@voiceassist/kernel'
import { type ChangeResult, createRagCache, similarJudge } from '@voiceassist/rag-cache'
import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import { changedDocument } from '../cache/tracked-tables.js'
import type { RagConfig } from '../config-rag.js'
import type { Database } from '../db/schema.js'
import type { Embedder } from '../embedding/embedder.js'
import { readStoredEmbedder } from '../embedding/stored-embedder.js'
import { matchesFilters } from '../repositories/kb-filters.js'
import { readRagChunks } from '../repositories/rag-chunks.repository.js'
import type { SearchFilters } from '../services/search-port.js'
import type { GatewayRag } from './gateway-rag.js'
import { gatewayScore } from './gateway-score.js'
import { reuseThreshold } from './reuse-threshold.js'
import { WarmInBackground } from './warm-in-background.js'

export interface OpenRagCacheOptions {
  readonly cache: Cache
  readonly db: Kysely<Database>
  readonly embedder: Embedder
  readonly config: RagConfig
  /** At least 32 characters. */
  readonly tenantKey: string
  readonly clock: Clock
  readonly logger: Logger
}

/** Raised with what decides a search's result beside documents and query: how it scores, and what it scores. */
const searchVersion = '1'
/** One more than the cache judges a document by; with more, everything is dropped. */
const judgedChunks = 201
/** Of more documents in one batch of the outbox everything is dropped: that costs less, and soon would come of it. */
const judgedDocuments = 32

export function openRagCache(options: OpenRagCacheOptions): GatewayRag {
  const { cache, db, embedder, config, tenantKey, clock, logger } = options
  const { model, dimensions } = embedder
  const similar = similarJudge({ cache, threshold: () => reuseThreshold({ cache, db, embedder }) })
  const rag = createRagCache<SearchFilters>({
    cache,
    embed: (texts, signal) =>
      embedder.embed(texts, { priority: 'interactive', ...(signal ? { signal } : {}) }),
    matches: (filters, { documentId, metadata: { sourceType, metadata } }) =>
      matchesFilters(filters, { documentId, sourceType, metadata } as Parameters<typeof matchesFilters>[1]),
    tenantKey: tenant => createHmac('sha256', tenantKey).update(tenant).digest(),
    model: { name: model, dimensions },
    index: { version: searchVersion },
    score: gatewayScore,
    similar,
    ttl: config.ttl,
    precision: config.precision,
  })

  const warming = new WarmInBackground({ rag, db, model, clock, logger })

  /** @throws CacheError where other gateways have not heard of it. */
  function arrived({ all, remote }: ChangeResult): void {
    if (all) warming.soon()
    if (remote === 'journaled')
      throw new CacheError('CACHE_REMOTE_UNAVAILABLE', 'The second tier did not take a change of documents')
  }

  const clear = async (acknowledged = false) => arrived(await rag.clearSearches({ acknowledged }))

  async function changed(id: string, acknowledged: boolean): Promise<void> {
    const stored = await readStoredEmbedder(db)
    // Its vectors say nothing of the queries here, and search refuses until the gateway is restarted.
    if (stored?.model !== model || stored.dimensions !== dimensions) return clear(acknowledged)
    const inserted = await readRagChunks(db, id, judgedChunks)
    arrived(await rag.documentChanged({ id, inserted, removed: 'others' }, { acknowledged }))
  }

  return {
    cache: rag,

    async documentChanged(id, { acknowledged }) {
      await changed(id, acknowledged).catch(() => {}) // the outbox has it
    },

    async apply(changes) {
      const ids = new Set<string>()
      let everything = false
      for (const change of changes) {
        const id = changedDocument(change)
        if (id === 'all') everything = true
        else if (id !== undefined) ids.add(id)
      }
      if (everything || ids.size > judgedDocuments) return clear()
      for (const id of ids) await changed(id, false)
    },

    warm: () => warming.start(),

    async close() {
      await Promise.all([warming.close(), rag.close()])
    },
    reject: reuse => similar.reject(reuse),
  }
}
