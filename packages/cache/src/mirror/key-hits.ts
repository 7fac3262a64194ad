/**
 * Keys that were hit while reads of many keys were under way: a flight for each of these would cost more than the read.
 * What else can hit them is in a partition's records, or ends its epoch.
 */
export class KeyHits {
  readonly #reads = new Set<Map<string, number>>()

  get empty(): boolean {
    return this.#reads.size === 0
  }

  /** What is hit from now on, until `end`: of each key the highest number. */
  begin(): Map<string, number> {
    const hits = new Map<string, number>()
    this.#reads.add(hits)
    return hits
  }

  end(hits: Map<string, number>): void {
    this.#reads.delete(hits)
  }

  hit(key: string, seq: number): void {
    for (const hits of this.#reads) if ((hits.get(key) ?? -1) < seq) hits.set(key, seq)
  }
}
