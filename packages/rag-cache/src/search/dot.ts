/** Of unit vectors the cosine. `offset`: where `a` begins in a larger array. */
export function dot(a: Float32Array, b: Float32Array, offset = 0): number {
  const { length } = b
  const whole = length - (length % 4)
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  for (let at = 0, from = offset; at < whole; at += 4, from += 4) {
    s0 += (a[from] as number) * (b[at] as number)
    s1 += (a[from + 1] as number) * (b[at + 1] as number)
    s2 += (a[from + 2] as number) * (b[at + 2] as number)
    s3 += (a[from + 3] as number) * (b[at + 3] as number)
  }
  for (let at = whole; at < length; at++) s0 += (a[offset + at] as number) * (b[at] as number)
  return s0 + s1 + s2 + s3
}

/** A copy of length 1; one of zeros stays. */
export function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector))
  return length === 0 ? vector.slice() : vector.map(each => each / length)
}
