/** What a histogram has counted since the last look at it. */
export class HistogramDelta {
  readonly #bounds: readonly number[]
  readonly #before: Float64Array
  readonly #since: Float64Array

  /** @param bounds upper ones of the buckets, from low to high */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#before = new Float64Array(bounds.length + 1)
    this.#since = new Float64Array(bounds.length + 1)
  }

  /** @param all counts of each bucket so far, added up bucket by bucket; not cumulated */
  look(...all: readonly ArrayLike<number>[]): void {
    for (let bucket = 0; bucket < this.#since.length; bucket++) {
      let count = 0
      for (const counts of all) count += counts[bucket] as number
      this.#since[bucket] = count - (this.#before[bucket] as number)
      this.#before[bucket] = count
    }
  }

  /**
   * What this share did not exceed, with even spread assumed within a bucket, and the last bound for all beyond it: as
   * Prometheus's `histogram_quantile`. Undefined: nothing was counted.
   */
  quantile(share: number): number | undefined {
    let total = 0
    for (const count of this.#since) total += count
    if (total <= 0) return undefined
    let below = share * total
    for (const [bucket, upper] of this.#bounds.entries()) {
      const count = this.#since[bucket] as number
      if (count > 0 && below <= count) {
        const lower = this.#bounds[bucket - 1] ?? 0
        return lower + ((upper - lower) * below) / count
      }
      below -= count
    }
    return this.#bounds.at(-1)
  }
}
