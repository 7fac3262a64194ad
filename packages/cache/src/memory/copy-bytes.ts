import { types } from 'node:util'

const TypedArray = Object.getPrototypeOf(Uint8Array.prototype)

/** An ArrayBuffer, a Buffer or a typed array, and no subclass of these. */
export function isBytes(value: object): value is ArrayBuffer | Uint8Array {
  const prototype = Object.getPrototypeOf(value)
  if (prototype === ArrayBuffer.prototype) return types.isArrayBuffer(value)
  if (prototype === Buffer.prototype) return Buffer.isBuffer(value)
  return Object.getPrototypeOf(prototype) === TypedArray && types.isTypedArray(value)
}

/** In memory of its own: a view of a part of a large buffer does not keep the rest. */
export function copyBytes(value: ArrayBuffer | Uint8Array): ArrayBuffer | Uint8Array {
  if (!Buffer.isBuffer(value)) return value.slice(0)
  const copy = Buffer.allocUnsafeSlow(value.length)
  value.copy(copy)
  return copy
}
