import { type Cache, type CacheOptions, createCache } from '@voiceassist/cache'
import { createRelay, type Relay } from '@voiceassist/cache/postgres'
import type { Clock } from '@voiceassist/kernel'
import type { Logger } from 'pino'
import type { Config } from '../config.js'
import { generatedTenantKey } from '../data-folder/generated-secrets.js'
import type { OpenDatabase } from '../db/open-database.js'
import type { Embedder } from '../embedding/embedder.js'
import { errorFields } from '../error-fields.js'
import type { GatewayRag } from '../rag/gateway-rag.js'
import { openRagCache } from '../rag/open-rag-cache.js'
import { cacheNamespaces, memoryLimits, nothingKept, verifiedHits } from './cache-options.js'
import { startAfresh } from './cache-source.js'
import type { GatewayCache } from './gateway-cache.js'
import { isCurrent } from './is-current.js'
import { logCacheEvents } from './log-cache-events.js'
import { encryptionOf, type SecondTier, secondTier } from './second-tier.js'
import { trackedChunks } from './tracked-chunks.js'
import { trackedFlags, trackedSettings, trackedTables } from './tracked-tables.js'

export interface OpenCacheOptions {
  readonly config: Config
  readonly database: OpenDatabase
  readonly clock: Clock
  readonly embedder: Embedder
  readonly logger: Logger
  /** Default: the one of the configuration. */
  readonly second?: SecondTier
  /** Default: the package's own. For benches, which leave tiers out. */
  readonly createCache?: ((options: CacheOptions) => Cache) | undefined
}

/** How long a start waits for the changes that came while no gateway ran. */
const firstPassMs = 5000
/** The relay tries again each second at least; one line a minute tells it. */
const quietMs = 60_000

/** For commands, which change the database and read little: what they change reaches the outbox. */
export function withoutCache(): GatewayCache {
  const cache = createCache(nothingKept)
  return {
    cache,
    rag: undefined,
    kind: 'none',
    description: 'none',
    usable: true,
    isCurrent: () => false,
    relayStats: () => undefined,
    check: async () => {},
    close: () => cache.close(),
  }
}

/**
 * Opens the cache and the relay of the database's changes. Where the relay has not caught up in five seconds the
 * gateway starts without the cache, and begins to use it when the relay has.
 * @throws CacheError CACHE_REMOTE_UNSUITABLE; nothing stays open then.
 */
export async function openCache(options: OpenCacheOptions): Promise<GatewayCache> {
  const { config, database, clock, logger } = options
  if (!config.cache.enabled) return withoutCache()
  warnOfOwnSecrets(config, logger)
  const { kind, description, tier } = options.second ?? secondTier(config)
  const endLog = logCacheEvents(logger)
  const cache = (options.createCache ?? createCache)({
    memory: memoryLimits,
    remote: tier,
    namespaces: cacheNamespaces,
    encryption: encryptionOf(config),
    verifyHits: verifiedHits,
  })
  let relay: Relay
  let rag: GatewayRag
  try {
    await startAfresh(database.db, cache)
    rag = openRagCache({
      cache,
      db: database.db,
      embedder: options.embedder,
      config: config.rag,
      tenantKey: config.rag.tenantKey ?? generatedTenantKey(config.dataFolder),
      clock,
      logger,
    })
    relay = relayOf(options, cache, rag)
  } catch (error) {
    await cache.close()
    endLog()
    throw error
  }
  let usable = false
  const ready = relay.ready.then(
    () => {
      usable = true
      rag.warm()
    },
    () => {}, // closed before
  )
  if (!(await within(ready, clock)))
    logger.warn('the cache is not used yet: changes of the database wait to be relayed')
  return {
    cache,
    rag,
    kind,
    description,
    get usable() {
      return usable
    },
    isCurrent: () => usable && isCurrent(relay.stats(), clock.monotonic()),
    relayStats: () => relay.stats(),
    check: async () => void (await cache.instances()),
    async close() {
      await relay.close()
      await rag.close()
      await cache.close()
      endLog()
    },
  }
}

function relayOf(
  { config, database, clock, logger }: OpenCacheOptions,
  cache: Cache,
  rag: GatewayRag,
): Relay {
  let quietUntilMs = 0
  const common = {
    cache,
    clock,
    tables: [...trackedTables, trackedFlags, trackedChunks, trackedSettings],
    apply: rag.apply,
    onError(error: unknown) {
      if (clock.monotonic() < quietUntilMs) return
      quietUntilMs = clock.monotonic() + quietMs
      logger.error({ err: errorFields(error) }, 'changes of the database wait to be relayed')
    },
  }
  if (config.databaseUrl !== undefined)
    return createRelay({ ...common, connectionString: config.databaseUrl })
  return createRelay({
    ...common,
    exclusive: true,
    query: (text, params) => database.pool.query(text, params as unknown[]),
  })
}

async function within(ready: Promise<void>, clock: Clock): Promise<boolean> {
  const done = new AbortController()
  const late = clock.sleep(firstPassMs, done.signal).then(
    () => false,
    () => true,
  )
  const inTime = await Promise.race([ready.then(() => true), late])
  done.abort()
  return inTime
}

/** Gateways that share a cache read each other's values and tokens. */
function warnOfOwnSecrets({ cache, databaseUrl, tokenSecret, rag }: Config, logger: Logger): void {
  if (!cache.redis || databaseUrl === undefined) return
  const missing = [
    ...(tokenSecret === undefined ? ['TOKEN_SECRET'] : []),
    ...(cache.encryptionKeys === undefined ? ['CACHE_ENCRYPTION_KEYS'] : []),
    ...(rag.tenantKey === undefined ? ['TENANT_KEY'] : []),
  ]
  if (missing.length > 0)
    logger.warn(
      { missing },
      'generated into the data folder; gateways with other data folders need the same ones',
    )
}
