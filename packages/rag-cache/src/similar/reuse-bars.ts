/** Of the entries whose reuse was wrong: how similar another question was. Kept no longer than entries live. */
export class ReuseBars {
  readonly #bars = new Map<string, number>()
  readonly #limit: number

  /** @param limit entries with a bar at once; beyond it the one that was raised longest ago is forgotten */
  constructor(limit = 10_000) {
    this.#limit = limit
  }

  /** A reuse of the entry at this similarity was wrong: from now on only above it. */
  raise(key: string, similarity: number): number {
    const bar = Math.max(similarity, this.#bars.get(key) ?? 0)
    this.#bars.delete(key)
    this.#bars.set(key, bar)
    const [oldest] = this.#bars.keys()
    if (this.#bars.size > this.#limit && oldest !== undefined) this.#bars.delete(oldest)
    return bar
  }

  barOf(key: string): number | undefined {
    return this.#bars.get(key)
  }

  /** The entry is gone. */
  forget(key: string): void {
    this.#bars.delete(key)
  }

  get size(): number {
    return this.#bars.size
  }
}
