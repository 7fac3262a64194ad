/** How fast counters have grown, by their names. */
export class CounterRates {
  /** The newest last. */
  readonly #looks: { readonly atMs: number; readonly counts: ReadonlyMap<string, number> }[] = []
  readonly #windowMs: number

  /** @param windowMs over which growth is looked at; 0: from one look to the next */
  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  /**
   * What each has grown by since the oldest look within the window (without one: the last look), and how long that is;
   * nothing at the first look.
   */
  look(counts: ReadonlyMap<string, number>, nowMs: number): { grown: Map<string, number>; overMs: number } {
    while (this.#looks[1] && nowMs - this.#looks[0]!.atMs > this.#windowMs) this.#looks.shift()
    const [first] = this.#looks
    this.#looks.push({ atMs: nowMs, counts })
    const grown = new Map<string, number>()
    if (first) for (const [name, count] of counts) grown.set(name, count - (first.counts.get(name) ?? 0))
    return { grown, overMs: nowMs - (first?.atMs ?? nowMs) }
  }
}
