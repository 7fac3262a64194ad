/** A median and what it is above, and below, with a confidence. */
export interface MedianBounds {
  readonly median: number
  readonly above: number
  readonly below: number
  /** The odds that the median of what was sampled is not above `above`; the same for `below`. */
  readonly error: number
}

/**
 * Bounds of the median from order statistics, by inverting the sign test: the k-th least value is below the median but with
 * the odds that fewer than k of n fair coins show heads. Nothing is assumed of the distribution (Thompson, "On confidence
 * ranges for the median", 1936; Conover, "Practical Nonparametric Statistics", 3.2).
 * @param error the odds to stay within
 * @throws Error when there are too few values for that
 */
export function medianBounds(values: readonly number[], error: number): MedianBounds {
  const sorted = values.toSorted((a, b) => a - b)
  const { length } = sorted
  let [rank, odds] = [0, 0]
  for (let term = 0.5 ** length, k = 0; odds + term <= error; k++) {
    odds += term
    rank++
    term *= (length - k) / (k + 1)
  }
  if (rank === 0) throw new Error(`${length} values are too few for bounds that err with odds of ${error}`)
  const middle = (sorted[(length - 1) >> 1]! + sorted[length >> 1]!) / 2
  return { median: middle, above: sorted[rank - 1]!, below: sorted[length - rank]!, error: odds }
}
