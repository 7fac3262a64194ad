import { durationMs } from '@voiceassist/kernel'
import type { Ttl } from '../cache.js'
import { CacheError } from '../cache-error.js'

const maxSeconds = 30 * 86_400

/**
 * Milliseconds of a lifetime.
 * @throws CacheError CACHE_OPTION_INVALID when it is not above 0, or over 30 days.
 */
export function ttlMs(ttl: Ttl, field = 'ttl'): number {
  if (typeof ttl === 'number') {
    if (ttl > maxSeconds)
      throw invalid(field, `${field} is ${ttl}: over 30 days (${maxSeconds}). Seconds, not milliseconds?`)
    if (!(ttl > 0)) throw invalid(field, `${field} must be above 0 seconds, not ${ttl}`)
    return ttl * 1000
  }
  let ms: number
  try {
    ms = durationMs(String(ttl))
  } catch (cause) {
    throw invalid(field, `${field} must be seconds, or a duration such as '30s', '5m' or '2h'`, cause)
  }
  if (!(ms > 0) || ms > maxSeconds * 1000)
    throw invalid(field, `${field} must be above 0 and at most 30 days`)
  return ms
}

function invalid(field: string, message: string, cause?: unknown): CacheError {
  return new CacheError('CACHE_OPTION_INVALID', message, { field, cause })
}
