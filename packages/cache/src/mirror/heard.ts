/** The highest number that any answer of a generation told any cache of this process. */
export interface Heard {
  seq: number
}

const maxGenerations = 1024

/**
 * What all caches of a process know: what one of them was told has happened before whatever another is called for
 * after that. A generation's name is random, and so says of which partition of which server it is.
 */
export class HeardNumbers {
  readonly #generations = new Map<string, Heard>()

  of(gen: string): Heard {
    let heard = this.#generations.get(gen)
    if (!heard) {
      heard = { seq: -1 }
      this.#generations.set(gen, heard)
      if (this.#generations.size > maxGenerations)
        this.#generations.delete(this.#generations.keys().next().value as string)
    }
    return heard
  }
}
