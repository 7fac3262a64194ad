import { readFile } from 'node:fs/promises'
import {
  createFeatureFlags,
  type FeatureFlags,
  FlagError,
  type FlagSnapshot,
} from '@voiceassist/feature-flags'
import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import type { GatewayCache } from '../cache/gateway-cache.js'
import type { Config } from '../config.js'
import type { Database } from '../db/schema.js'
import { GatewayError } from '../errors.js'
import { postgresFlagStore } from './postgres-flag-store.js'

export interface OpenFlagsOptions {
  readonly config: Config['flags']
  readonly db: Kysely<Database>
  readonly gatewayCache: GatewayCache
  readonly logger: Logger
}

/**
 * The flags of the gateway's environment: in memory once they are asked for, behind it the cache's second tier where there
 * is one, and the database.
 * @throws GatewayError CONFIG_INVALID for a bootstrap file that cannot be used
 */
export async function openFlags({
  config,
  db,
  gatewayCache,
  logger,
}: OpenFlagsOptions): Promise<FeatureFlags> {
  const { environment, bootstrapFile, l1TtlSeconds, l2TtlSeconds } = config
  const bootstrap = bootstrapFile === undefined ? undefined : await readBootstrap(bootstrapFile, environment)
  try {
    return createFeatureFlags({
      ...(gatewayCache.kind === 'none' ? {} : { cache: gatewayCache.cache }),
      store: postgresFlagStore(db, logger),
      environment,
      l1Ttl: l1TtlSeconds,
      l2Ttl: l2TtlSeconds,
      ...(bootstrap ? { bootstrap } : {}),
    })
  } catch (error) {
    throw error instanceof FlagError && bootstrap ? unusable(error.message, error) : error
  }
}

/** What it holds is checked by the flags. */
async function readBootstrap(path: string, environment: string): Promise<FlagSnapshot> {
  let content: unknown
  try {
    content = JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw unusable('It cannot be read as JSON', error)
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw unusable('It must hold a JSON object with flags')
  return { environment, ...content } as FlagSnapshot
}

function unusable(why: string, cause?: unknown): GatewayError {
  return new GatewayError('CONFIG_INVALID', `FLAG_BOOTSTRAP_FILE cannot be used: ${why}`, {
    field: 'FLAG_BOOTSTRAP_FILE',
    remedy: 'Correct the file, or leave FLAG_BOOTSTRAP_FILE out',
    cause,
  })
}
