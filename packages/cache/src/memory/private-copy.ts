import { types } from 'node:util'
import { CacheError } from '../cache-error.js'
import { copyBytes, isBytes } from './copy-bytes.js'
import { setOwn } from './copy-for-read.js'
import { byteSizes, bytesOf } from './value-bytes.js'

/** What memory holds for a value. */
export interface HeldValue {
  readonly value: unknown
  /** What it takes in memory, estimated. */
  readonly bytes: number
  /** Each reader gets a copy, since this one could be changed. */
  readonly copyOnRead: boolean
}

/**
 * One walk that checks a value, copies it and estimates its bytes. Carried are JSON's values, undefined, NaN and the
 * infinities, bigint, Date, Map, Set, typed arrays, ArrayBuffer and Buffer, each of exactly that class, up to 200 levels
 * deep. -0 becomes 0, a hole in an array undefined, an object without prototype one with it; a property named
 * `__proto__` is one like others. What stands in two places becomes two.
 *
 * 'freeze': the copy is frozen; if it holds what cannot be frozen, readers get copies. 'clone': readers get copies of
 * all that is not a primitive. 'none': checked and measured only; readers share the caller's own object.
 *
 * @throws CacheError CACHE_VALUE_UNSUPPORTED, whose `field` says where: 'value.user.tags[2]'.
 */
export function privateCopy(value: unknown, mode: 'freeze' | 'clone' | 'none'): HeldValue {
  const walk = new Walk(mode)
  const copy = walk.copy(value, 0)
  const copyOnRead = mode === 'freeze' ? walk.hasUnfrozen : mode === 'clone' && typeof value === 'object'
  return { value: copy, bytes: walk.bytes, copyOnRead: copyOnRead && value !== null }
}

/** A value that is nested deeper is refused: it may hold itself. */
export const maxDepth = 200

class Walk {
  readonly #copies: boolean
  readonly #freezes: boolean
  readonly #path: (string | number)[] = []
  bytes = 0
  hasUnfrozen = false

  constructor(mode: 'freeze' | 'clone' | 'none') {
    this.#copies = mode !== 'none'
    this.#freezes = mode === 'freeze'
  }

  copy(value: unknown, depth: number): unknown {
    if (typeof value === 'object' && value !== null) {
      if (depth === maxDepth) this.#refuse(depth, `nested deeper than ${maxDepth} levels, or in itself`)
      return this.#copyObject(value, depth)
    }
    if (typeof value === 'function' || typeof value === 'symbol') this.#refuse(depth, `a ${typeof value}`)
    this.bytes += bytesOf(value)
    return value === 0 ? 0 : value
  }

  #copyObject(value: object, depth: number): unknown {
    const prototype = Object.getPrototypeOf(value)
    if (prototype === Array.prototype && Array.isArray(value)) return this.#copyArray(value, depth)
    if (isPlain(prototype)) return this.#copyPlain(value as Record<string, unknown>, depth)
    this.hasUnfrozen = true
    if (prototype === Date.prototype && types.isDate(value)) {
      this.bytes += byteSizes.date
      return this.#copies ? new Date(value) : value
    }
    if (prototype === Map.prototype && types.isMap(value)) return this.#copyMap(value, depth)
    if (prototype === Set.prototype && types.isSet(value)) return this.#copySet(value, depth)
    if (!isBytes(value)) this.#refuse(depth, className(prototype))
    this.bytes += byteSizes.buffer + value.byteLength
    return this.#copies ? copyBytes(value) : value
  }

  #copyArray(value: readonly unknown[], depth: number): unknown {
    this.bytes += byteSizes.array + value.length * byteSizes.slot
    const copy: unknown[] = this.#copies ? new Array(value.length) : []
    for (let at = 0; at < value.length; at++) {
      this.#path[depth] = at
      const item = this.copy(value[at], depth + 1)
      if (this.#copies) copy[at] = item
    }
    return this.#done(value, copy)
  }

  #copyPlain(value: Record<string, unknown>, depth: number): unknown {
    if (Object.getOwnPropertySymbols(value).length > 0) this.#refuse(depth, 'an object with symbols as keys')
    const copy: Record<string, unknown> = {}
    this.bytes += byteSizes.object
    for (const key of Object.keys(value)) {
      this.#path[depth] = key
      const property = Object.getOwnPropertyDescriptor(value, key)
      if (property === undefined || property.get || property.set) this.#refuse(depth + 1, 'an accessor')
      this.bytes += byteSizes.property
      const held = this.copy(property.value, depth + 1)
      if (this.#copies) setOwn(copy, key, held)
    }
    return this.#done(value, copy)
  }

  #copyMap(value: Map<unknown, unknown>, depth: number): unknown {
    const copy = new Map<unknown, unknown>()
    let at = 0
    for (const [key, held] of value) {
      this.#path[depth] = at++
      this.bytes += byteSizes.entry
      const ownKey = this.copy(key, depth + 1)
      const own = this.copy(held, depth + 1)
      if (this.#copies) copy.set(ownKey, own)
    }
    this.bytes += byteSizes.map
    return this.#copies ? copy : value
  }

  #copySet(value: Set<unknown>, depth: number): unknown {
    const copy = new Set<unknown>()
    let at = 0
    for (const held of value) {
      this.#path[depth] = at++
      this.bytes += byteSizes.entry
      const own = this.copy(held, depth + 1)
      if (this.#copies) copy.add(own)
    }
    this.bytes += byteSizes.map
    return this.#copies ? copy : value
  }

  #done(value: object, copy: object): object {
    if (!this.#copies) return value
    return this.#freezes ? Object.freeze(copy) : copy
  }

  #refuse(depth: number, what: string): never {
    const field = pathOf(this.#path.slice(0, depth))
    throw new CacheError('CACHE_VALUE_UNSUPPORTED', `${field} is ${what}`, {
      field,
      remedy: 'Cache plain data: JSON values, dates, maps, sets, bigints, typed arrays',
    })
  }
}

/** Also of another realm: what `Object.prototype` is there has no prototype of its own. */
function isPlain(prototype: object | null): boolean {
  if (prototype === Object.prototype || prototype === null) return true
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
}

/** Names of classes are code, not data. */
function className(prototype: { readonly constructor?: unknown }): string {
  const name = typeof prototype.constructor === 'function' ? prototype.constructor.name : ''
  return name === '' ? 'an instance of a class' : `an instance of ${name}`
}

/** Long paths lose their middle, and long keys their end. */
function pathOf(path: readonly (string | number)[]): string {
  const steps = path.map(step => {
    if (typeof step === 'number') return `[${step}]`
    return /^[\w$]{1,64}$/.test(step) ? `.${step}` : `[${JSON.stringify(step.slice(0, 64))}]`
  })
  const shown = steps.length > 20 ? [...steps.slice(0, 10), '…', ...steps.slice(-10)] : steps
  return `value${shown.join('')}`
}
