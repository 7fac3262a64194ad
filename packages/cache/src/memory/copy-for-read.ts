import { copyBytes, isBytes } from './copy-bytes.js'

/** A deep copy of a value that `privateCopy` made, for a reader who may change it. */
export function copyForRead(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copyForRead)
  if (value instanceof Date) return new Date(value)
  if (value instanceof Map) {
    const copy = new Map<unknown, unknown>()
    for (const [key, held] of value) copy.set(copyForRead(key), copyForRead(held))
    return copy
  }
  if (value instanceof Set) {
    const copy = new Set<unknown>()
    for (const held of value) copy.add(copyForRead(held))
    return copy
  }
  if (isBytes(value)) return copyBytes(value)
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value))
    setOwn(copy, key, copyForRead((value as Record<string, unknown>)[key]))
  return copy
}

/** An assignment to `__proto__` would set the prototype. */
export function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  else object[key] = value
}
