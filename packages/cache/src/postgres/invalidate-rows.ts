import type { Cache, InvalidateResult } from '../cache.js'
import type { CacheError, CacheErrorCode } from '../cache-error.js'
import { clearTables, type Invalidations, type MapOptions, mapRows } from './map-rows.js'
import type { OutboxRow } from './outbox-row.js'

/** What the relay needs of a cache. */
export type InvalidatedCache = Pick<Cache, 'delete' | 'invalidateTags' | 'clear' | 'deletePattern'>

const unusableNames: readonly CacheErrorCode[] = ['CACHE_KEY_INVALID', 'CACHE_TAG_INVALID']

/** Resolves to whether the invalidations have reached the second tier, or there is none; then the rows may go. */
export async function invalidateRows(
  cache: InvalidatedCache,
  rows: readonly OutboxRow[],
  options: MapOptions,
): Promise<boolean> {
  try {
    return await invalidate(cache, mapRows(rows, options))
  } catch (error) {
    if (!unusableNames.includes((error as CacheError).code)) throw error
    // One bad name would hold up all rows, again and again.
    options.onUnmapped(error as CacheError)
    return invalidate(cache, clearTables(rows))
  }
}

async function invalidate(cache: InvalidatedCache, found: Invalidations): Promise<boolean> {
  const calls: Promise<InvalidateResult>[] = []
  if (found.everything) calls.push(cache.deletePattern('*'))
  else {
    if (found.keys.size > 0) calls.push(cache.delete([...found.keys]))
    if (found.tags.size > 0) calls.push(cache.invalidateTags([...found.tags]))
    if (found.namespaces.size > 0) calls.push(cache.clear([...found.namespaces]))
  }
  const results = await Promise.all(calls)
  return results.every(({ remote }) => remote !== 'journaled')
}
