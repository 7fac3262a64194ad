import { toUSVString } from 'node:util'
import { setOwn } from '../memory/copy-for-read.js'

/*
 * What MessagePack and msgpackr cannot tell apart or would change: maps (they would come back as objects), properties
 * called `__proto__`, and text with half of a surrogate pair. Values with such take a second form, in which each array
 * begins with a tag; msgpackr's own extensions are not used for it, since they are global to a process.
 */
const tags = { array: 0, map: 1, object: 2, text: 3 } as const

/** Whether it can be packed as it is. */
export function isPackable(value: unknown): boolean {
  if (typeof value === 'string') return isWellFormed(value)
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) if (!isPackable(value[at])) return false
    return true
  }
  if (value instanceof Map) return false
  if (value instanceof Set) return [...value].every(isPackable)
  if (isLeaf(value)) return true
  for (const key of Object.keys(value))
    if (!(isPackableKey(key) && isPackable((value as Record<string, unknown>)[key]))) return false
  return true
}

export function toTagged(value: unknown): unknown {
  if (typeof value === 'string')
    return isWellFormed(value) ? value : [tags.text, Buffer.from(value, 'utf16le')]
  if (typeof value !== 'object' || value === null || isLeaf(value)) return value
  if (Array.isArray(value)) return [tags.array, ...Array.from(value, toTagged)]
  if (value instanceof Map) return [tags.map, ...[...value].flat().map(toTagged)]
  if (value instanceof Set) return new Set([...value].map(toTagged))
  const entries = Object.entries(value)
  if (!entries.every(([key]) => isPackableKey(key))) return [tags.object, ...entries.flat().map(toTagged)]
  return Object.fromEntries(entries.map(([key, held]) => [key, toTagged(held)]))
}

/** @throws TypeError for what `toTagged` does not make. */
export function fromTagged(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || isLeaf(value)) return value
  if (value instanceof Set) return new Set([...value].map(fromTagged))
  if (!Array.isArray(value)) {
    const object = value as Record<string, unknown>
    for (const key of Object.keys(object)) object[key] = fromTagged(object[key])
    return object
  }
  const [tag, ...rest] = value
  if (tag === tags.array) return rest.map(fromTagged)
  if (tag === tags.map) return new Map(pairsOf(rest))
  if (tag === tags.object) return objectOf(pairsOf(rest))
  if (tag === tags.text && Buffer.isBuffer(rest[0])) return rest[0].toString('utf16le')
  throw new TypeError('an unknown tag')
}

function pairsOf(items: readonly unknown[]): [unknown, unknown][] {
  if (items.length % 2 !== 0) throw new TypeError('half a pair')
  const pairs: [unknown, unknown][] = []
  for (let at = 0; at < items.length; at += 2) pairs.push([fromTagged(items[at]), fromTagged(items[at + 1])])
  return pairs
}

function objectOf(pairs: readonly [unknown, unknown][]): Record<string, unknown> {
  const object: Record<string, unknown> = {}
  for (const [key, value] of pairs) {
    if (typeof key !== 'string') throw new TypeError('a key that is no text')
    setOwn(object, key, value)
  }
  return object
}

function isLeaf(value: object): boolean {
  return value instanceof Date || ArrayBuffer.isView(value) || value instanceof ArrayBuffer
}

function isPackableKey(key: string): boolean {
  return key !== '__proto__' && isWellFormed(key)
}

function isWellFormed(text: string): boolean {
  return toUSVString(text) === text
}
