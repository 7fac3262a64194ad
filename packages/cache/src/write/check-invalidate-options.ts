import type { InvalidateOptions } from '../cache.js'
import { CacheError } from '../cache-error.js'

/** A misspelt `acknowledged` would be a promise that nobody keeps. @throws CacheError CACHE_OPTION_INVALID. */
export function checkInvalidateOptions(options: InvalidateOptions): void {
  for (const name in options) if (name !== 'acknowledged') throw invalid(name, 'is not an option')
  checkAcknowledged(options.acknowledged)
}

/** @throws CacheError CACHE_OPTION_INVALID. */
export function checkAcknowledged(acknowledged: unknown): void {
  if (acknowledged !== undefined && typeof acknowledged !== 'boolean')
    throw invalid('acknowledged', 'must be true or false')
}

function invalid(field: string, what: string): CacheError {
  return new CacheError('CACHE_OPTION_INVALID', `${field} ${what}`, { field })
}
