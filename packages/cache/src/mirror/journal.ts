import type { Invalidated } from '../remote/remote-tier.js'

const maxItems = 1000

/** Invalidations that the second tier does not know of yet. They survive its outage, not a crash of this process. */
export class Journal {
  #items: Invalidated[] = []

  get size(): number {
    return this.#items.length
  }

  /** Too many are one: everything. */
  add(scope: Invalidated): void {
    if (this.#items.length >= maxItems || this.#items[0]?.kind === 'all') this.#items = [{ kind: 'all' }]
    else this.#items.push(scope)
  }

  first(): Invalidated | undefined {
    return this.#items[0]
  }

  done(scope: Invalidated): void {
    this.#items = this.#items.filter(item => item !== scope)
  }
}
