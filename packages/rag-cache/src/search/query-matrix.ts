import type { ChangeRecord } from '../corpus/change-record.js'
import type { ChangeJudge } from './change-judge.js'
import { dot } from './dot.js'
import { factsOf, type SearchFacts, type StoredSearch } from './stored-search.js'

/** A cached search that this instance has filled or served. */
export interface QueryRow {
  readonly key: string
  /** Of the stored search. */
  readonly id: string
  readonly group: string
  readonly slot: number
  readonly facts: SearchFacts
  /** The change up to which it is known to be right. */
  point: string
}

export interface Nearest {
  readonly row: QueryRow
  readonly cosine: number
}

export interface Swept {
  readonly dropped: readonly QueryRow[]
  readonly kept: number
}

const firstRows = 64
/** Between two turns of the event loop: about two milliseconds. */
const productsPerTurn = 2 ** 21

/** The vectors of cached searches side by side, so that an inserted chunk is compared with all of them in one product. */
export class QueryMatrix {
  readonly #dimensions: number
  readonly #maxRows: number
  /** Least recently used first. */
  readonly #rows = new Map<string, QueryRow>()
  readonly #free: number[] = []
  #vectors = new Float32Array(0)
  #slots = 0

  constructor(dimensions: number, maxRows = 10_000) {
    this.#dimensions = dimensions
    this.#maxRows = maxRows
  }

  get size(): number {
    return this.#rows.size
  }

  /** The row of a stored search, if it is of this very one. */
  row(key: string, id: string): QueryRow | undefined {
    const row = this.#rows.get(key)
    return row?.id === id ? row : undefined
  }

  /** Notes that a search was right up to a change. */
  put(key: string, search: StoredSearch, group: string, point: string): void {
    const known = this.row(key, search.id)
    if (known) {
      known.point = point
      this.#rows.delete(key)
      this.#rows.set(key, known)
      return
    }
    this.remove(key)
    if (this.#rows.size >= this.#maxRows) this.#removeOldest()
    const slot = this.#free.pop() ?? this.#newSlot()
    this.#vectors.set(search.vector, slot * this.#dimensions)
    this.#rows.set(key, { key, id: search.id, group, slot, facts: factsOf(search), point })
  }

  remove(key: string): void {
    const row = this.#rows.get(key)
    if (!row) return
    this.#rows.delete(key)
    this.#free.push(row.slot)
  }

  /** @returns the keys of what it knew */
  clear(): readonly string[] {
    const keys = [...this.#rows.keys()]
    for (const key of keys) this.remove(key)
    return keys
  }

  /** Of one group, the nearest first. */
  nearest(group: string, vector: Float32Array, count: number): readonly Nearest[] {
    const found: Nearest[] = []
    for (const row of this.#rows.values()) {
      if (row.group !== group) continue
      const cosine = this.#cosine(row, vector)
      if (found.length === count && cosine <= (found.at(-1)?.cosine ?? 0)) continue
      found.push({ row, cosine })
      found.sort((a, b) => b.cosine - a.cosine)
      if (found.length > count) found.pop()
    }
    return found
  }

  /** Judges all rows by one change, removes those that it can change, and moves those that stood before it behind it. */
  async sweep(
    record: ChangeRecord,
    judge: ChangeJudge,
    step: { readonly before: string; readonly after: string },
  ): Promise<Swept> {
    // What is filled from now on has its own point, and is judged when it is asked for.
    let rows = [...this.#rows.values()].filter(({ point }) => point !== step.after)
    const dropped: QueryRow[] = []
    const drop = (row: QueryRow): void => {
      if (this.#rows.get(row.key) !== row) return
      this.remove(row.key)
      dropped.push(row)
    }
    const judgeAll = (isChanged: (row: QueryRow) => boolean): void => {
      rows = rows.filter(row => {
        if (this.#rows.get(row.key) !== row) return false
        if (!isChanged(row)) return true
        drop(row)
        return false
      })
    }
    judgeAll(({ facts }) => judge.takesAway(facts, record))
    let products = 0
    for (const chunk of record.inserted) {
      judgeAll(row => judge.bringsIn(row.facts, chunk, record.documentId, this.#cosine(row, chunk.embedding)))
      products += rows.length * this.#dimensions
      if (products < productsPerTurn) continue
      products = 0
      await new Promise(setImmediate)
    }
    let kept = 0
    for (const row of rows) {
      if (this.#rows.get(row.key) !== row) continue
      if (row.point === step.before) row.point = step.after
      kept++
    }
    return { dropped, kept }
  }

  #cosine({ slot }: QueryRow, vector: Float32Array): number {
    return dot(this.#vectors, vector, slot * this.#dimensions)
  }

  #newSlot(): number {
    const slot = this.#slots++
    const needed = this.#slots * this.#dimensions
    if (needed > this.#vectors.length) {
      const rows = Math.min(this.#maxRows, Math.max(firstRows, 2 * slot))
      const larger = new Float32Array(rows * this.#dimensions)
      larger.set(this.#vectors)
      this.#vectors = larger
    }
    return slot
  }

  #removeOldest(): void {
    for (const key of this.#rows.keys()) {
      this.remove(key)
      return
    }
  }
}
