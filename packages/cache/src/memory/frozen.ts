import { CacheError } from '../cache-error.js'
import { isBytes } from './copy-bytes.js'
import { type HeldValue, maxDepth } from './private-copy.js'
import { byteSizes, bytesOf } from './value-bytes.js'

/**
 * A freshly decoded value, which nobody else holds, frozen in place and measured as by `privateCopy`.
 *
 * @throws CacheError CACHE_VALUE_CORRUPT for what `privateCopy` would not have let in.
 */
export function frozen(value: unknown): HeldValue {
  hasUnfrozen = false
  const bytes = freeze(value, 0)
  return { value, bytes, copyOnRead: hasUnfrozen }
}

let hasUnfrozen = false

function freeze(value: unknown, depth: number): number {
  return typeof value === 'object' && value !== null ? freezeObject(value, depth) : bytesOf(value)
}

function freezeObject(value: object, depth: number): number {
  if (depth === maxDepth) throw new CacheError('CACHE_VALUE_CORRUPT', 'A stored value is nested too deep')
  const prototype = Object.getPrototypeOf(value)
  if (prototype === Object.prototype) {
    const held = Object.values(value)
    let bytes = byteSizes.object + held.length * byteSizes.property
    for (let at = 0; at < held.length; at++) bytes += freeze(held[at], depth + 1)
    Object.freeze(value)
    return bytes
  }
  if (Array.isArray(value)) {
    let bytes = byteSizes.array + value.length * byteSizes.slot
    for (let at = 0; at < value.length; at++) bytes += freeze(value[at], depth + 1)
    Object.freeze(value)
    return bytes
  }
  hasUnfrozen = true
  if (prototype === Date.prototype) return byteSizes.date
  if (prototype === Map.prototype) {
    let bytes: number = byteSizes.map
    for (const [key, held] of value as Map<unknown, unknown>)
      bytes += byteSizes.entry + freeze(key, depth + 1) + freeze(held, depth + 1)
    return bytes
  }
  if (prototype === Set.prototype) {
    let bytes: number = byteSizes.map
    for (const held of value as Set<unknown>) bytes += byteSizes.entry + freeze(held, depth + 1)
    return bytes
  }
  if (isBytes(value)) return byteSizes.buffer + value.byteLength
  throw new CacheError('CACHE_VALUE_CORRUPT', 'A stored value holds what the cache never stores')
}
