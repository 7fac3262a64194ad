/** Counts observations in plain numbers, for a histogram that reads them when Prometheus asks. */
export class BucketCounts {
  /** One for each bound and one for what is over the last; not cumulated. */
  readonly counts: Float64Array
  readonly #bounds: readonly number[]
  sum = 0
  count = 0

  /** @param bounds upper ones, from low to high */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.counts = new Float64Array(bounds.length + 1)
  }

  observe(value: number): void {
    const bounds = this.#bounds
    let bucket = 0
    while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket++
    this.counts[bucket] = (this.counts[bucket] as number) + 1
    this.sum += value
    this.count++
  }
}
