/** The links of every slot; queues of one tier share them, since a slot stands in one queue at a time. */
export class SlotLinks {
  next: Uint32Array<ArrayBuffer> = new Uint32Array(0)
  previous: Uint32Array<ArrayBuffer> = new Uint32Array(0)

  grow(capacity: number): void {
    this.next = grown(this.next, new Uint32Array(capacity))
    this.previous = grown(this.previous, new Uint32Array(capacity))
  }
}

/** First in, first out, with removal from anywhere: a doubly linked list of slots. */
export class SlotQueue {
  readonly #links: SlotLinks
  #newest = 0
  /** Meaningless while `length` is 0. */
  oldest = 0
  length = 0
  bytes = 0

  constructor(links: SlotLinks) {
    this.#links = links
  }

  push(slot: number, bytes: number): void {
    if (this.length === 0) this.oldest = slot
    else {
      this.#links.next[this.#newest] = slot
      this.#links.previous[slot] = this.#newest
    }
    this.#newest = slot
    this.length++
    this.bytes += bytes
  }

  remove(slot: number, bytes: number): void {
    const { next, previous } = this.#links
    const after = next[slot] as number
    const before = previous[slot] as number
    const isNewest = slot === this.#newest
    const isOldest = slot === this.oldest
    if (isNewest) this.#newest = before
    else if (!isOldest) previous[after] = before
    if (isOldest) this.oldest = after
    else if (!isNewest) next[before] = after
    this.length--
    this.bytes -= bytes
  }
}

/** The longer copy of a column. */
export function grown<Column extends Uint8Array | Uint32Array | Float64Array>(
  column: Column,
  longer: Column,
): Column {
  longer.set(column)
  return longer
}
