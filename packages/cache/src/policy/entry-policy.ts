import type { EntryOptions, LoadOptions, SetOptions } from '../cache.js'
import { CacheError } from '../cache-error.js'
import { checkTags } from '../key/check-key.js'
import { ttlMs } from './ttl-ms.js'

/** `EntryOptions` as the cache works with them: checked, complete, in milliseconds. */
export interface EntryPolicy {
  readonly ttlMs: number
  /** Set: the lifetime is chosen between these by how often values of the namespace change. */
  readonly adaptive: { readonly minMs: number; readonly maxMs: number } | null
  readonly jitter: number
  readonly staleMs: number
  /** 0: none. */
  readonly softTimeoutMs: number
  /** 0: none. */
  readonly hardTimeoutMs: number
  /** 0: none. */
  readonly refreshAhead: number | 'xfetch'
  /** 0: as any value, and what was not found is not remembered. */
  readonly negativeTtlMs: number
  readonly compress: boolean
  readonly sensitive: boolean
  readonly copy: 'freeze' | 'clone' | 'none'
  readonly memory: boolean
  readonly remote: boolean
  readonly tags: readonly string[]
}

const base: EntryPolicy = {
  ttlMs: 300_000,
  adaptive: null,
  jitter: 0,
  staleMs: 0,
  softTimeoutMs: 0,
  hardTimeoutMs: 0,
  refreshAhead: 0,
  negativeTtlMs: 0,
  compress: true,
  sensitive: false,
  copy: 'freeze',
  memory: true,
  remote: true,
  tags: [],
}

const callOnly = new Set(['signal', 'version', 'acknowledged'])
const adaptiveDefault = { minMs: 10_000, maxMs: 3_600_000 }

type Options = EntryOptions & Pick<LoadOptions & SetOptions, 'signal' | 'version' | 'acknowledged'>

/** @throws CacheError CACHE_OPTION_INVALID that names the option. */
export function entryPolicy(
  options: Options,
  under: EntryPolicy = base,
  of: 'call' | 'defaults' = 'call',
): EntryPolicy {
  if (typeof options !== 'object' || options === null)
    throw invalid('options', 'options must be an object such as { ttl: 300 }')
  let policy: Draft | undefined
  for (const name in options) {
    const value = options[name as keyof Options]
    if (value === undefined) continue
    if (callOnly.has(name)) {
      if (of === 'defaults') throw invalid(name, `${name} is an option of calls, not of a namespace`)
      continue
    }
    const read = readers[name as keyof EntryOptions]
    if (!read) throw invalid(name, `${name} is not an option`)
    policy ??= { ...under }
    read(policy, value)
  }
  return policy ?? under
}

type Draft = { -readonly [Name in keyof EntryPolicy]: EntryPolicy[Name] }
type Reader = (policy: Draft, value: unknown) => void

const readers: Record<keyof EntryOptions, Reader> = {
  ttl(policy, value) {
    if (value === 'adaptive') policy.adaptive ??= adaptiveDefault
    else {
      policy.ttlMs = ttlMs(value as number | string)
      policy.adaptive = null
    }
  },
  adaptive(policy, value) {
    const { min, max } = (value ?? {}) as { min: number | string; max: number | string }
    const [minMs, maxMs] = [ttlMs(min, 'adaptive.min'), ttlMs(max, 'adaptive.max')]
    if (minMs > maxMs) throw invalid('adaptive', 'adaptive.min is above adaptive.max')
    policy.adaptive = { minMs, maxMs }
  },
  jitter: (policy, value) => {
    policy.jitter = share('jitter', value)
  },
  staleIfError: (policy, value) => {
    policy.staleMs = ttlMs(value as number | string, 'staleIfError')
  },
  softTimeoutMs: (policy, value) => {
    policy.softTimeoutMs = timeoutMs('softTimeoutMs', value)
  },
  hardTimeoutMs: (policy, value) => {
    policy.hardTimeoutMs = timeoutMs('hardTimeoutMs', value)
  },
  refreshAhead: (policy, value) => {
    policy.refreshAhead = value === 'xfetch' ? value : share('refreshAhead', value)
  },
  negativeTtl: (policy, value) => {
    policy.negativeTtlMs = ttlMs(value as number | string, 'negativeTtl')
  },
  compress: flag('compress'),
  sensitive: flag('sensitive'),
  memory: flag('memory'),
  remote: flag('remote'),
  tags(policy, value) {
    checkTags(value as readonly string[])
    policy.tags = value as readonly string[]
  },
  copy(policy, value) {
    if (value !== 'freeze' && value !== 'clone' && value !== 'none')
      throw invalid('copy', "copy must be 'freeze', 'clone' or 'none'")
    policy.copy = value
  },
}

function flag(name: 'compress' | 'sensitive' | 'memory' | 'remote'): Reader {
  return (policy, value) => {
    if (typeof value !== 'boolean') throw invalid(name, `${name} must be true or false`)
    policy[name] = value
  }
}

function share(name: string, value: unknown): number {
  if (typeof value !== 'number' || !(value >= 0 && value < 1))
    throw invalid(name, `${name} must be a share: 0 or above, below 1`)
  return value
}

const maxTimeoutMs = 300_000

function timeoutMs(name: string, value: unknown): number {
  if (typeof value !== 'number' || !(value > 0 && value <= maxTimeoutMs))
    throw invalid(name, `${name} must be above 0 and at most ${maxTimeoutMs} milliseconds`)
  return value
}

function invalid(field: string, message: string): CacheError {
  return new CacheError('CACHE_OPTION_INVALID', message, { field })
}
