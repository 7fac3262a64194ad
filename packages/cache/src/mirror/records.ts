import type { Clock } from '@voiceassist/kernel'
import { matchGlob } from '../key/match-glob.js'
import type { NamedCell, NamespaceCell, SeqCell } from '../memory/entry-scope.js'
import { type Meta, maxTagRecords, patternRecordMs } from '../remote/remote-tier.js'

const maxPatterns = 128

/** Cells are shared by the entries that carry the tag, and go with the last of them. */
interface TagCell extends NamedCell {
  uses: number
}

interface PatternRecord {
  readonly seq: number
  readonly recordedAtMs: number
}

/** When each namespace, tag and pattern of a partition was last invalidated, as far as this instance knows. */
export class Records {
  readonly #clock: Clock
  readonly #namespaces = new Map<string, NamespaceCell>()
  readonly #tags = new Map<string, TagCell>()
  readonly #patterns = new Map<string, PatternRecord>()
  #floor = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  replace(meta: Meta): void {
    this.#floor = meta.floor
    for (const cell of this.#namespaces.values()) cell.seq = 0
    for (const cell of this.#tags.values()) cell.seq = 0
    this.#patterns.clear()
    for (const [name, seq] of meta.namespaces) this.namespace(name).seq = seq
    for (const [name, seq] of meta.tags) this.#tag(name).seq = seq
    for (const [pattern, seq] of meta.patterns) this.raisePattern(pattern, seq)
    this.#forgetUnused()
  }

  namespace(name: string): NamespaceCell {
    let cell = this.#namespaces.get(name)
    if (!cell) {
      cell = { seq: 0, hits: 0, entries: 0 }
      this.#namespaces.set(name, cell)
    }
    return cell
  }

  namespaces(): ReadonlyMap<string, NamespaceCell> {
    return this.#namespaces
  }

  /** For an entry that carries these tags; given back by `release`. */
  hold(tags: readonly string[]): readonly NamedCell[] {
    const cells = tags.map(name => this.#tag(name))
    for (const cell of cells) cell.uses++
    return cells
  }

  release(cells: readonly SeqCell[]): void {
    for (const cell of cells as readonly TagCell[]) {
      cell.uses--
      if (cell.uses === 0 && cell.seq <= this.#floor) this.#tags.delete(cell.name)
    }
  }

  raiseNamespace(name: string, seq: number): void {
    raise(this.namespace(name), seq)
  }

  raiseTags(names: readonly string[], seq: number): void {
    for (const name of names) raise(this.#tag(name), seq)
    this.#boundTags()
  }

  raisePattern(pattern: string, seq: number): void {
    const nowMs = this.#clock.monotonic()
    for (const [name, record] of this.#patterns)
      if (record.recordedAtMs < nowMs - patternRecordMs) this.#patterns.delete(name)
    const known = this.#patterns.get(pattern)
    if (known && known.seq >= seq) return
    this.#patterns.delete(pattern)
    this.#patterns.set(pattern, { seq, recordedAtMs: nowMs })
    // A second tier makes a new generation before there are so many. Without one, a record says nothing that the walk
    // of memory and the flights that were hit do not know.
    if (this.#patterns.size > maxPatterns) this.#patterns.delete(this.#patterns.keys().next().value as string)
  }

  /** Drops records that the second tier dropped: a tagged value below `floor` is void whatever its tags. */
  raiseFloor(floor: number): void {
    if (floor <= this.#floor) return
    this.#floor = floor
    this.#forgetUnused()
  }

  /** Whether a value read at `seq` is void. */
  void(seq: number, key: string, namespace: string, tags: readonly string[]): boolean {
    if ((this.#namespaces.get(namespace)?.seq ?? 0) > seq) return true
    if (tags.length > 0) {
      if (this.#floor > seq) return true
      for (const tag of tags) if ((this.#tags.get(tag)?.seq ?? 0) > seq) return true
    }
    return this.matchesPattern(key, seq)
  }

  /** Whether a pattern that was invalidated above `seq` matches the key. */
  matchesPattern(key: string, seq: number): boolean {
    if (this.#patterns.size === 0) return false
    for (const [pattern, record] of this.#patterns)
      if (record.seq > seq && matchGlob(pattern, key)) return true
    return false
  }

  #tag(name: string): TagCell {
    let cell = this.#tags.get(name)
    if (!cell) {
      cell = { name, seq: 0, uses: 0 }
      this.#tags.set(name, cell)
    }
    return cell
  }

  /** As the second tier does, for when there is none, or its word is late. */
  #boundTags(): void {
    if (this.#tags.size <= 2 * maxTagRecords) return
    const records = [...this.#tags.values()].filter(cell => cell.seq > this.#floor).map(cell => cell.seq)
    if (records.length <= maxTagRecords) return
    records.sort((a, b) => a - b)
    this.raiseFloor(records[records.length - maxTagRecords - 1] as number)
  }

  #forgetUnused(): void {
    for (const [name, cell] of this.#tags)
      if (cell.uses === 0 && cell.seq <= this.#floor) this.#tags.delete(name)
  }
}

function raise(cell: SeqCell, seq: number): void {
  if (cell.seq < seq) cell.seq = seq
}
