import { channel } from 'node:diagnostics_channel'
import type { CacheType } from './rag-cache.js'

/** What happened; facts without keys, texts or vectors. */
export type RagEvent =
  /** `savedMs`: what the miss had cost, less the hit's own time. */
  | { readonly kind: 'hit'; readonly type: CacheType; readonly savedMs: number }
  | { readonly kind: 'miss'; readonly type: CacheType; readonly durationMs: number }
  | {
      readonly kind: 'invalidation'
      /** 'all': what could not be judged was dropped whole, or was asked to be. */
      readonly by: 'document' | 'all'
      /** Of the cached searches that this instance knew. */
      readonly dropped: number
      readonly kept: number
    }
  /** The result of a similar question was served, a hit too; or that turned out to be wrong. */
  | { readonly kind: 'reuse'; readonly outcome: 'served' | 'rejected' }
  /** A cached search was asked for and dropped, since a change may have changed it. */
  | { readonly kind: 'outdated' }

/** Of every RAG cache of the process; no work is done for it while nobody listens. */
export const ragCacheChannel = channel('voiceassist:rag-cache')

export function publish(event: RagEvent): void {
  if (ragCacheChannel.hasSubscribers) ragCacheChannel.publish(event)
}
