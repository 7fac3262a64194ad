export interface Point {
  readonly size: number
  readonly ms: number
}

/** The k of ms ≈ c·size^k, by least squares of the logarithms: 0 is flat, 1 in proportion. */
export function fitExponent(points: readonly Point[]): number {
  const logs = points.map(({ size, ms }) => [Math.log(size), Math.log(ms)] as const)
  const mean = (of: 0 | 1) => logs.reduce((sum, pair) => sum + pair[of], 0) / logs.length
  const [meanX, meanY] = [mean(0), mean(1)]
  const products = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  const squares = logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
  return products / squares
}
