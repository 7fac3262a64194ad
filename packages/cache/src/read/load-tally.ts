/** Of the last reads, newer ones weighing more (an exponential average). */
const lastReads = 8

/** Loads and misses by namespace, as plain numbers; hits are counted where they happen. */
export class LoadTally {
  readonly #namespaces = new Map<string, NamespaceTally>()

  of(namespace: string): NamespaceTally {
    let tally = this.#namespaces.get(namespace)
    if (!tally) {
      tally = { memoryHits: 0, remoteHits: 0, misses: 0, loads: 0, loadErrors: 0, found: 1 }
      this.#namespaces.set(namespace, tally)
    }
    return tally
  }

  loaded(namespace: string, failed: boolean): void {
    const tally = this.of(namespace)
    tally.loads++
    if (failed) tally.loadErrors++
  }

  all(): ReadonlyMap<string, Readonly<NamespaceTally>> {
    return this.#namespaces
  }
}

export interface NamespaceTally {
  /** Beside those that the namespace's cells count: of entries past their deadline that could still be served. */
  memoryHits: number
  remoteHits: number
  /** Neither tier had it. */
  misses: number
  loads: number
  loadErrors: number
  /** Share of the last reads with a loader of which the second tier had the value; 1 at first. */
  found: number
}

export function tellFound(tally: NamespaceTally, found: boolean): void {
  tally.found += (Number(found) - tally.found) / lastReads
}
