/** The vector at length 1. A zero vector has no direction and is returned as it is. */
export function unitVector(values: ArrayLike<number>): Float32Array<ArrayBuffer> {
  const vector = Float32Array.from(values)
  let squares = 0
  for (const value of vector) squares += value * value
  const length = Math.sqrt(squares)
  return length > 0 ? vector.map(value => value / length) : vector
}
