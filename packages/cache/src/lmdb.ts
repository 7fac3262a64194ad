import { type Clock, systemClock } from '@voiceassist/kernel'
import { CacheError } from './cache-error.js'
import { LmdbEnvironment } from './lmdb/lmdb-environment.js'
import { LmdbLink } from './lmdb/lmdb-link.js'
import type { RemoteTier } from './remote/remote-tier.js'
import { ScriptedTier } from './remote/scripted-tier.js'

export interface LmdbTierOptions {
  /** A folder of its own, made if need be. One process at a time; its caches may share it. */
  readonly path: string
  /** Of values and keys on disk; above it the oldest go. At least 1 MiB. @default 1 GiB */
  readonly maxBytes?: number
  /** @default the system's */
  readonly clock?: Clock
}

const leastBytes = 2 ** 20

/**
 * A second tier in a local folder, by LMDB. Values outlive a restart after `close`; after any other end of the process
 * the folder is emptied at the next start, since invalidations are not synced to disk.
 * @throws CacheError CACHE_REMOTE_UNSUITABLE when another process uses the folder, or it cannot be written;
 * CACHE_OPTION_INVALID.
 */
export function lmdbTier({ path, maxBytes = 2 ** 30, clock = systemClock }: LmdbTierOptions): RemoteTier {
  if (typeof path !== 'string' || path === '')
    throw new CacheError('CACHE_OPTION_INVALID', 'lmdbTier: path must name a folder')
  if (!Number.isSafeInteger(maxBytes) || maxBytes < leastBytes)
    throw new CacheError(
      'CACHE_OPTION_INVALID',
      `lmdbTier: maxBytes must be an integer from ${leastBytes} up`,
    )
  return new ScriptedTier(new LmdbLink(LmdbEnvironment.enter(path, maxBytes, clock)))
}
