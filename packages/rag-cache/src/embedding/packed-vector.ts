export type Precision = 'float32' | 'float16' | 'int8'

/** A vector as it is stored; `scale` is what one step of an int8 stands for. */
export type PackedVector = Float32Array | Uint16Array | { readonly scale: number; readonly steps: Int8Array }

const maxStep = 127

export function packVector(vector: Float32Array, precision: Precision): PackedVector {
  if (precision === 'float32') return vector
  if (precision === 'float16') return Uint16Array.from(vector, toHalf)
  let largest = 0
  for (const each of vector) largest = Math.max(largest, Math.abs(each))
  const scale = largest === 0 ? 1 : largest / maxStep
  return { scale, steps: Int8Array.from(vector, each => Math.round(each / scale)) }
}

export function unpackVector(packed: PackedVector): Float32Array {
  if (packed instanceof Float32Array) return packed
  if (packed instanceof Uint16Array) return Float32Array.from(packed, fromHalf)
  return Float32Array.from(packed.steps, step => step * packed.scale)
}

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** IEEE 754 binary16, rounded to the nearest, ties to even; what is too large becomes an infinity. */
function toHalf(value: number): number {
  float[0] = value
  const whole = bits[0] as number
  const sign = (whole >>> 16) & 0x8000
  const exponent = ((whole >>> 23) & 0xff) - 127
  const fraction = whole & 0x7fffff
  if (exponent > 15) return sign | 0x7c00
  // Below 2^-14 halves are subnormal: the leading one is written out and moved down.
  const shift = exponent < -14 ? -1 - exponent : 13
  if (shift > 24) return sign
  const long = exponent < -14 ? fraction | 0x800000 : fraction
  const kept = long >>> shift
  const rest = long & ((1 << shift) - 1)
  const half = 1 << (shift - 1)
  const up = rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0
  return sign | ((exponent < -14 ? kept : ((exponent + 15) << 10) | kept) + up)
}

function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
