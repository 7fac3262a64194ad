import { CacheError } from './cache-error.js'
import type { CacheOptions } from './cache-options.js'

const known = new Set<string>([
  'memory',
  'remote',
  'namespaces',
  'defaults',
  'encryption',
  'prefix',
  'name',
  'remoteTimeoutMs',
  'verifyHits',
] satisfies (keyof CacheOptions)[])

const maxNameLength = 255

/** @throws CacheError CACHE_OPTION_INVALID that names the option and its limit. */
export function checkCacheOptions(options: CacheOptions): void {
  checkObject('options', options)
  for (const name of Object.keys(options)) if (!known.has(name)) throw invalid(name, 'is not an option')
  const { memory = {}, remote, encryption = [], prefix, name, remoteTimeoutMs, verifyHits } = options
  checkObject('memory', memory)
  checkObject('namespaces', options.namespaces ?? {})
  for (const [name, value] of Object.entries(memory)) {
    if (name !== 'maxEntries' && name !== 'maxBytes') throw invalid(`memory.${name}`, 'is not an option')
    if (!Number.isSafeInteger(value) || value < 1)
      throw invalid(`memory.${name}`, 'must be an integer above 0')
  }
  if (remote !== undefined && typeof remote?.acquire !== 'function')
    throw invalid('remote', 'must be a tier such as redisTier(…) or lmdbTier(…)')
  if (!Array.isArray(encryption)) throw invalid('encryption', 'must be a list of { id, key }')
  const ids = new Set<string>()
  for (const { id, key } of encryption) {
    if (!/^[\w-]{1,16}$/.test(id)) throw invalid('encryption.id', 'must be 1 to 16 letters, digits, - or _')
    if (ids.has(id)) throw invalid('encryption.id', 'is there twice')
    ids.add(id)
    if (!(key instanceof Uint8Array) || key.length !== 32) throw invalid('encryption.key', 'must be 32 bytes')
  }
  if (prefix !== undefined && !/^[\w-]{1,32}$/.test(prefix))
    throw invalid('prefix', 'must be 1 to 32 letters, digits, - or _')
  if (name !== undefined && (typeof name !== 'string' || name.length > maxNameLength))
    throw invalid('name', `must be a string of at most ${maxNameLength} characters`)
  if (remoteTimeoutMs !== undefined && !(remoteTimeoutMs > 0 && remoteTimeoutMs <= 10_000))
    throw invalid('remoteTimeoutMs', 'must be above 0 and at most 10000 milliseconds')
  if (verifyHits !== undefined && !(verifyHits >= 0 && verifyHits <= 1))
    throw invalid('verifyHits', 'must be a share from 0 to 1')
}

function checkObject(field: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) throw invalid(field, 'must be an object')
}

function invalid(field: string, what: string): CacheError {
  return new CacheError('CACHE_OPTION_INVALID', `${field} ${what}`, { field })
}
