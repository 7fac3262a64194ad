import { matchGlob } from '../key/match-glob.js'
import { maxTagRecords, type Position, patternRecordMs, type Scope } from './remote-tier.js'

/** A new generation is cheaper than judging every value by more patterns than this. */
export const maxPatternRecords = 64

interface PatternRecord {
  readonly seq: number
  readonly atMs: number
}

/** A partition's `meta`: where it stands, and when what was last invalidated. Lost as a whole or not at all. */
export class PartitionRecords {
  readonly gen: string
  readonly run: string
  seq: number
  floor = 0
  readonly namespaces = new Map<string, number>()
  /** The oldest record first. */
  readonly tags = new Map<string, number>()
  /** The oldest record first. */
  readonly patterns = new Map<string, PatternRecord>()

  constructor(gen: string, run: string, seq: number) {
    this.gen = gen
    this.run = run
    this.seq = seq
  }

  get position(): Position {
    return { gen: this.gen, seq: this.seq }
  }

  copy(): PartitionRecords {
    const copy = new PartitionRecords(this.gen, this.run, this.seq)
    copy.floor = this.floor
    for (const [name, seq] of this.namespaces) copy.namespaces.set(name, seq)
    for (const [name, seq] of this.tags) copy.tags.set(name, seq)
    for (const [name, record] of this.patterns) copy.patterns.set(name, record)
    return copy
  }

  /** Whether an invalidation, or another gen, came between a read point and now. */
  voids(at: Position, key: string, namespace: string, tags: readonly string[]): boolean {
    if (at.gen !== this.gen) return true
    if ((this.namespaces.get(namespace) ?? 0) > at.seq) return true
    if (tags.length > 0 && this.floor > at.seq) return true
    for (const tag of tags) if ((this.tags.get(tag) ?? 0) > at.seq) return true
    for (const [pattern, { seq }] of this.patterns) if (seq > at.seq && matchGlob(pattern, key)) return true
    return false
  }

  /** Notes an invalidation at the present `seq`; false when there is no room for another pattern. */
  record(scope: Scope, nowMs: number): boolean {
    for (const name of scope.names) {
      if (scope.kind === 'namespaces') this.namespaces.set(name, this.seq)
      else if (scope.kind === 'tags') renew(this.tags, name, this.seq)
      else renew(this.patterns, name, { seq: this.seq, atMs: nowMs })
    }
    if (this.tags.size > maxTagRecords) this.#pruneTags()
    for (const [pattern, { atMs }] of this.patterns)
      if (atMs + patternRecordMs <= nowMs) this.patterns.delete(pattern)
    return this.patterns.size <= maxPatternRecords
  }

  #pruneTags(): void {
    let left = Math.ceil(this.tags.size / 2)
    for (const [tag, seq] of this.tags) {
      if (left-- === 0) return
      this.tags.delete(tag)
      this.floor = seq
    }
  }
}

function renew<Value>(records: Map<string, Value>, name: string, value: Value): void {
  records.delete(name)
  records.set(name, value)
}
