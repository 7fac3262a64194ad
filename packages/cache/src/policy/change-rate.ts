/** How many observations weigh about as much as all before them. */
const memory = 200
/** Below, nothing is concluded. */
const leastObservations = 8
/** The share of hits that may meanwhile be out of date, if nothing but the lifetime ends a value. */
const staleShare = 0.05

/**
 * How often values of one class change, from what became of them: seen changed, or not, after some time. The estimate
 * is Cho and Garcia-Molina's for sources that are looked at now and then ("Estimating Frequency of Change", ACM TOIT
 * 2003): rate = −ln((n − x + ½) / (n + ½)) / mean interval, over counts that fade.
 */
export class ChangeRate {
  #observations = 0
  #changes = 0
  #elapsedMs = 0

  observe(changed: boolean, elapsedMs: number): void {
    const keep = 1 - 1 / memory
    this.#observations = this.#observations * keep + 1
    this.#changes = this.#changes * keep + (changed ? 1 : 0)
    this.#elapsedMs = this.#elapsedMs * keep + elapsedMs
  }

  /** Changes a millisecond; undefined before enough was seen. */
  get perMs(): number | undefined {
    const n = this.#observations
    if (n < leastObservations || this.#elapsedMs <= 0) return undefined
    const unchanged = (n - this.#changes + 0.5) / (n + 0.5)
    return (-Math.log(unchanged) * n) / this.#elapsedMs
  }

  /** The lifetime after which about a twentieth of hits is out of date: half of it times the rate, within the bounds. */
  ttlMs({ minMs, maxMs }: { readonly minMs: number; readonly maxMs: number }): number {
    const rate = this.perMs
    if (rate === undefined) return minMs
    return Math.min(maxMs, Math.max(minMs, rate === 0 ? maxMs : (2 * staleShare) / rate))
  }
}

/** The rate of each class of keys, which is its namespace. */
export class ChangeRates {
  readonly #classes = new Map<string, ChangeRate>()

  of(namespace: string): ChangeRate {
    let rate = this.#classes.get(namespace)
    if (!rate) {
      rate = new ChangeRate()
      this.#classes.set(namespace, rate)
    }
    return rate
  }
}
