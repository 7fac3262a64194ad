/** How often a flag was evaluated to what. */
export interface FlagCount {
  on: number
  off: number
  error: number
}

/** Counts of all flags of an environment; they outlive its snapshots. */
export class FlagCounts {
  readonly #byName = new Map<string, FlagCount>()

  of(name: string): FlagCount {
    let count = this.#byName.get(name)
    if (!count) {
      count = { on: 0, off: 0, error: 0 }
      this.#byName.set(name, count)
    }
    return count
  }

  /** Forgets all others, so that they do not gather. */
  keep(names: Iterable<string>): void {
    const kept = new Set(names)
    for (const name of this.#byName.keys()) if (!kept.has(name)) this.#byName.delete(name)
  }

  all(): ReadonlyMap<string, Readonly<FlagCount>> {
    return new Map([...this.#byName].map(([name, count]) => [name, { ...count }]))
  }
}
