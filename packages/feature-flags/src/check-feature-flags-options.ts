import { durationMs } from '@voiceassist/kernel'
import type { FeatureFlagsOptions } from './feature-flags.js'
import { checkSnapshot } from './flag/check-snapshot.js'
import type { FlagSnapshot } from './flag/flag-definition.js'
import { FlagError } from './flag-error.js'
import type { FlagCache } from './tiers/flag-cache.js'
import type { FlagStore } from './tiers/flag-store.js'

export interface CheckedOptions {
  readonly cache: FlagCache | undefined
  readonly store: FlagStore
  readonly environment: string
  readonly l1TtlMs: number
  readonly l2TtlMs: number
  readonly bootstrap: FlagSnapshot | undefined
}

const known = new Set<string>([
  'cache',
  'store',
  'environment',
  'l1Ttl',
  'l2Ttl',
  'bootstrap',
] satisfies (keyof FeatureFlagsOptions)[])

const maxTtlSeconds = 30 * 86_400

/** @throws FlagError FLAG_OPTION_INVALID that names the option and its limit; FLAG_INVALID for what a bootstrap holds. */
export function checkFeatureFlagsOptions(options: FeatureFlagsOptions): CheckedOptions {
  if (typeof options !== 'object' || options === null) throw invalid('options', 'must be an object')
  for (const name of Object.keys(options))
    if (!known.has(name)) throw invalid(name, `is not an option; there are ${[...known].join(', ')}`)
  const { cache, store, environment } = options
  if (typeof store?.revision !== 'function' || typeof store.load !== 'function')
    throw invalid('store', 'must have the functions revision and load')
  if (
    cache !== undefined &&
    (typeof cache?.getOrSet !== 'function' || typeof cache.onInvalidated !== 'function')
  )
    throw invalid('cache', 'must be a cache of @voiceassist/cache, or have the functions of FlagCache')
  if (typeof environment !== 'string' || !/^(?!\.\.?$)[\w.-]{1,255}$/.test(environment))
    throw invalid('environment', 'must be 1 to 255 letters of ASCII, digits, or . _ -, and neither . nor ..')
  return {
    cache,
    store,
    environment,
    l1TtlMs: ttlMs('l1Ttl', options.l1Ttl ?? '60s'),
    l2TtlMs: ttlMs('l2Ttl', options.l2Ttl ?? '300s'),
    bootstrap: options.bootstrap === undefined ? undefined : checkBootstrap(options.bootstrap, environment),
  }
}

function checkBootstrap(bootstrap: FlagSnapshot, environment: string): FlagSnapshot {
  const snapshot = checkSnapshot(bootstrap)
  if (snapshot.environment !== environment)
    throw invalid('bootstrap', `is of the environment ${snapshot.environment}, not of ${environment}`)
  return snapshot
}

function ttlMs(field: string, ttl: string | number): number {
  let ms: number
  try {
    ms = typeof ttl === 'number' ? ttl * 1000 : durationMs(String(ttl))
  } catch (cause) {
    throw invalid(field, "must be seconds, or a duration such as '60s' or '5m'", cause)
  }
  if (typeof ttl === 'number' && ttl > maxTtlSeconds)
    throw invalid(field, `is ${ttl}: over 30 days. Seconds, not milliseconds?`)
  if (!(ms > 0) || ms > maxTtlSeconds * 1000) throw invalid(field, 'must be above 0 and at most 30 days')
  return ms
}

function invalid(field: string, what: string, cause?: unknown): FlagError {
  return new FlagError('FLAG_OPTION_INVALID', `${field} ${what}`, { field, cause })
}
