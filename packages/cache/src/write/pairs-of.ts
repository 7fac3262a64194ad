import type { Entries } from '../cache.js'
import { CacheError } from '../cache-error.js'

/** Keys and values of what `mset` takes; of a key that is there twice, the last. @throws CacheError CACHE_OPTION_INVALID. */
export function pairsOf<Value>(entries: Entries<Value>): (readonly [string, Value])[] {
  if (typeof entries === 'object' && entries !== null) {
    const pairs = Symbol.iterator in entries ? [...entries] : Object.entries(entries)
    if (pairs.every(pair => Array.isArray(pair) && pair.length === 2)) return [...new Map(pairs)]
  }
  throw new CacheError('CACHE_OPTION_INVALID', 'entries must be a record, a Map or pairs of key and value', {
    field: 'entries',
  })
}
