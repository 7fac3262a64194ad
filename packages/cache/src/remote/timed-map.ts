/** Not at each: a walk from the front of a Map passes what was deleted there. */
const sweepEvery = 64

/** What ends by itself: gone for a reader at its time, and from memory soon after. */
export class TimedMap<Value extends { readonly untilMs: number }> {
  /** Nearly in the order of their ends. */
  readonly #kept: Map<string, Value>

  #sets = 0

  constructor(kept: Iterable<readonly [string, Value]> = []) {
    this.#kept = new Map(kept)
  }

  /** With those that are over and not forgotten yet. */
  get size(): number {
    return this.#kept.size
  }

  get(key: string, nowMs: number): Value | undefined {
    const value = this.#kept.get(key)
    return value && value.untilMs > nowMs ? value : undefined
  }

  set(key: string, value: Value, nowMs: number): void {
    this.#kept.delete(key)
    this.#kept.set(key, value)
    if (++this.#sets % sweepEvery !== 0) return
    let left = 4 * sweepEvery
    for (const [old, { untilMs }] of this.#kept) {
      if (left-- === 0 || untilMs > nowMs) return
      this.#kept.delete(old)
    }
  }

  delete(key: string): void {
    this.#kept.delete(key)
  }

  clear(): void {
    this.#kept.clear()
  }

  copy(): TimedMap<Value> {
    return new TimedMap(this.#kept)
  }
}
