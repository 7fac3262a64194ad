/** A source whose values change by chance, at a known rate each: version numbers over time. */
export class ChangingSource {
  readonly #random: () => number
  readonly #values = new Map<string, { version: number; nextMs: number }>()

  constructor(random: () => number) {
    this.#random = random
  }

  /** @param everyMs the mean time between two changes of this key */
  version(key: string, everyMs: number, nowMs: number): number {
    let value = this.#values.get(key)
    if (!value) {
      value = { version: 0, nextMs: nowMs + this.#wait(everyMs) }
      this.#values.set(key, value)
    }
    while (value.nextMs <= nowMs) {
      value.version++
      value.nextMs += this.#wait(everyMs)
    }
    return value.version
  }

  #wait(meanMs: number): number {
    return -Math.log(1 - this.#random()) * meanMs
  }
}
