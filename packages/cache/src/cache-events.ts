import { channel } from 'node:diagnostics_channel'
import type { CacheError } from './cache-error.js'

/** Of so many hits in memory one is timed: timing each would cost as much as the hit. */
export const timedHitEvery = 256

/** What happened beside hits, which are counted in `stats()`; facts without keys or values. */
export type CacheEvent =
  /** One of `timedHitEvery` hits in memory. */
  | { readonly kind: 'memory-hit'; readonly durationMs: number }
  | {
      readonly kind: 'remote'
      readonly operation: string
      readonly durationMs: number
      readonly outcome: 'done' | 'failed' | 'timeout' | 'refused'
    }
  | {
      readonly kind: 'load'
      readonly namespace: string
      readonly durationMs: number
      readonly failed: boolean
    }
  | {
      readonly kind: 'invalidation'
      readonly by: 'key' | 'tag' | 'namespace' | 'pattern' | 'set'
      readonly remote: 'done' | 'journaled' | 'none'
    }
  | { readonly kind: 'acknowledged'; readonly durationMs: number; readonly early: boolean }
  | { readonly kind: 'resync'; readonly partition: number; readonly reason: string }
  | { readonly kind: 'breaker'; readonly open: boolean }
  | { readonly kind: 'eviction'; readonly reason: 'capacity' | 'expired' | 'void'; readonly entries: number }
  /** The second tier's server: `refused` and not used, or used with a price that the error names. */
  | { readonly kind: 'remote-unsuitable'; readonly refused: boolean; readonly error: CacheError }
  | { readonly kind: 'stale-read'; readonly namespace: string }
  /** A sensitive namespace has no encryption key: its values stay in this process. */
  | { readonly kind: 'sensitive-kept-out' }
  /** The values on disk were thrown away: the last process did not close them, or they are damaged. */
  | { readonly kind: 'afresh'; readonly reason: 'unclean' | 'damaged' }

/** Of every cache of the process; no work is done for it while nobody listens. */
export const cacheChannel = channel('voiceassist:cache')

/** One read of one key, as it ends, in the context of its caller; without the key. */
export interface CacheReadEvent {
  readonly namespace: string
  /** What answered: `joined`, a load that another caller had begun; `nothing`, a miss of a read without loader. */
  readonly by: 'memory' | 'remote' | 'loader' | 'joined' | 'nothing'
  readonly durationMs: number
}

/**
 * Each read that brought a value or missed, for tracers; nothing is done for it while nobody listens. Not told: reads of
 * many keys, of which the loads are, and reads that failed, as their loads tell.
 */
export const cacheReadChannel = channel('voiceassist:cache:read')

export function publish(event: CacheEvent): void {
  if (cacheChannel.hasSubscribers) cacheChannel.publish(event)
}
