/**
 * The most frequent of many names in a few places: Metwally, Agrawal, El Abbadi, "Efficient computation of frequent
 * and top-k elements in data streams" (Space-Saving), ICDT 2005. A name that more than one of `places` calls has is
 * never missed.
 */
export class FrequentNames {
  readonly #names: string[] = []
  readonly #counts: number[] = []
  readonly #places: number

  constructor(places: number) {
    this.#places = places
  }

  add(name: string, times = 1): void {
    let place = this.#names.indexOf(name)
    if (place < 0) {
      place = this.#names.length
      if (place < this.#places) this.#counts.push(0)
      else place = this.#least()
      this.#names[place] = name
    }
    this.#counts[place] = (this.#counts[place] as number) + times
  }

  /** The most frequent; empty: there was none. */
  get top(): string {
    let top = 0
    for (let place = 1; place < this.#names.length; place++)
      if ((this.#counts[place] as number) > (this.#counts[top] as number)) top = place
    return this.#names[top] ?? ''
  }

  #least(): number {
    let least = 0
    for (let place = 1; place < this.#names.length; place++)
      if ((this.#counts[place] as number) < (this.#counts[least] as number)) least = place
    return least
  }
}
