/** A linear congruential generator: the same numbers for a seed, everywhere. */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Unit vectors: half of them anywhere, half of them in tight groups of some fifty. */
export function clusteredVectors(count: number, dimensions: number, random: () => number): Float32Array[] {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const anywhere = () => unit(Float32Array.from({ length: dimensions }, normal))
  const centres = Array.from({ length: Math.ceil(count / 100) }, anywhere)
  return Array.from({ length: count }, (_, n) => {
    if (n % 2 === 0) return anywhere()
    const centre = centres[Math.floor(random() * centres.length)]!
    return unit(centre.map(value => value + (normal() * 0.4) / Math.sqrt(dimensions)))
  })
}

/** Half of the one, half of the other. */
export function blend(a: Float32Array, b: Float32Array): Float32Array {
  return unit(a.map((value, index) => value + b[index]!))
}

export function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0)
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return vector.map(value => value / length)
}
