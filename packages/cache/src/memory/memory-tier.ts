import { performance } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { copyForRead } from './copy-for-read.js'
import type { EntryScope } from './entry-scope.js'
import type { EvictionReason, MemoryEntry, MemoryTierEvents } from './memory-entry.js'
import { type MemoryLimits, S3Fifo } from './s3-fifo.js'
import { grown } from './slot-queue.js'

/**
 * This process's memory: a map of keys to slots, and a column for each thing that a slot holds. Times are of the
 * monotonic clock, and the caller's. Nothing here waits, but `sweep`.
 */
export class MemoryTier {
  readonly #limits: MemoryLimits
  readonly #events: MemoryTierEvents
  #evictions = 0
  #slots!: Map<string, number>
  #keys!: (string | undefined)[]
  #values!: unknown[]
  #scopes!: (EntryScope | undefined)[]
  #seqs!: Float64Array
  #deadlines!: Float64Array
  #copies!: Uint8Array
  #order!: S3Fifo
  /** Slots that were used before and are free, and how many were ever used. */
  #free!: number[]
  #used!: number

  constructor(limits: MemoryLimits, events: MemoryTierEvents) {
    this.#limits = limits
    this.#events = events
    this.#reset()
  }

  get entries(): number {
    return this.#order.entries
  }

  get bytes(): number {
    return this.#order.bytes
  }

  /** Entries that left for want of room. */
  get evictions(): number {
    return this.#evictions
  }

  /** The slot of an entry that may be served now, counted as a hit; else -1. */
  hit(key: string, nowMs: number): number {
    const slot = this.#slots.get(key)
    if (slot === undefined) return -1
    const scope = this.#scopes[slot] as EntryScope
    const { epoch, namespace, tags } = scope
    const seq = this.#seqs[slot] as number
    if (!(nowMs < (this.#deadlines[slot] as number) && nowMs < epoch.trustedUntilMs)) return -1
    if (seq < namespace.seq || seq < epoch.patternSeq) return -1
    if (tags !== null) for (let at = 0; at < tags.length; at++) if (tags[at]!.seq > seq) return -1
    this.#order.touch(slot)
    namespace.hits++
    return slot
  }

  /** The slot of a key, whatever its state and without a hit; else -1. A slot is good until the next change. */
  find(key: string): number {
    return this.#slots.get(key) ?? -1
  }

  /** For the caller to keep: a copy of what cannot be frozen. */
  valueAt(slot: number): unknown {
    return this.#copies[slot] === 1 ? copyForRead(this.#values[slot]) : this.#values[slot]
  }

  keyAt(slot: number): string {
    return this.#keys[slot] as string
  }

  seqAt(slot: number): number {
    return this.#seqs[slot] as number
  }

  scopeAt(slot: number): EntryScope {
    return this.#scopes[slot] as EntryScope
  }

  deadlineAt(slot: number): number {
    return this.#deadlines[slot] as number
  }

  /** With the key and what the tier needs for an entry. */
  bytesAt(slot: number): number {
    return this.#order.bytesAt(slot)
  }

  /** How often it was hit lately: 0 to 3, as the order of eviction knows it. */
  wantedAt(slot: number): number {
    return this.#order.wantedAt(slot)
  }

  setDeadline(slot: number, deadlineMs: number): void {
    this.#deadlines[slot] = deadlineMs
  }

  /** Never good again, whatever the time is: its epoch is over, or its namespace or a tag was invalidated since. */
  isVoid(slot: number): boolean {
    const { epoch, namespace, tags } = this.#scopes[slot] as EntryScope
    const seq = this.#seqs[slot] as number
    if (epoch.trustedUntilMs === Number.NEGATIVE_INFINITY || seq < namespace.seq) return true
    return tags?.some(tag => tag.seq > seq) ?? false
  }

  /**
   * Inserts, or replaces: the entry then keeps its place and count, since only hits show that it is worth its room.
   * False, and without an entry for the key, when it alone is over `maxBytes`; its scope is then not released.
   */
  put(key: string, entry: MemoryEntry): boolean {
    const bytes = entry.bytes + key.length + entryOverheadBytes
    const old = this.#slots.get(key)
    if (bytes > this.#limits.maxBytes) {
      if (old !== undefined) this.#drop(old)
      return false
    }
    if (old === undefined) this.#insert(key, bytes, entry)
    else this.#replace(old, bytes, entry)
    return true
  }

  delete(key: string): boolean {
    const slot = this.#slots.get(key)
    if (slot === undefined) return false
    this.#drop(slot)
    return true
  }

  /** Only an entry whose read point is lower. */
  deleteBelow(key: string, seq: number): boolean {
    const slot = this.#slots.get(key)
    if (slot === undefined || (this.#seqs[slot] as number) >= seq) return false
    this.#drop(slot)
    return true
  }

  clear(): void {
    for (let slot = 0; slot < this.#used; slot++) if (this.#keys[slot] !== undefined) this.#release(slot)
    this.#reset()
  }

  /**
   * Drops the entries that `isGone` names, and tells how many. Between slices of a few milliseconds others run; an
   * entry that they put is asked about or not, and dropped only on that answer. The first slice runs at once.
   */
  async sweep(isGone: (slot: number) => boolean, reason: EvictionReason): Promise<number> {
    let dropped = 0
    for (let slot = 0; slot < this.#used; ) {
      const before = dropped
      const endsAtMs = performance.now() + sliceMs
      do {
        for (const end = Math.min(this.#used, slot + slotsPerLook); slot < end; slot++) {
          if (this.#keys[slot] === undefined || !isGone(slot)) continue
          this.#drop(slot)
          dropped++
        }
      } while (slot < this.#used && performance.now() < endsAtMs)
      if (dropped > before) this.#events.evicted(reason, dropped - before)
      if (slot < this.#used) await nextTurn()
    }
    return dropped
  }

  #insert(key: string, bytes: number, entry: MemoryEntry): void {
    this.#makeRoom(1, bytes)
    const slot = this.#free.pop() ?? this.#used++
    if (slot === this.#keys.length) this.#grow(Math.min(this.#limits.maxEntries, Math.max(16, slot * 2)))
    this.#slots.set(key, slot)
    this.#keys[slot] = key
    this.#fill(slot, entry)
    this.#order.add(slot, key, bytes)
  }

  #replace(slot: number, bytes: number, entry: MemoryEntry): void {
    this.#release(slot)
    const more = bytes - this.#order.bytesAt(slot)
    if (this.bytes + more <= this.#limits.maxBytes) this.#order.resize(slot, bytes)
    else {
      // Out of the queue meanwhile, or it could have to make room for itself.
      this.#order.remove(slot)
      this.#makeRoom(1, bytes)
      this.#order.push(slot, bytes)
    }
    this.#fill(slot, entry)
  }

  #fill(slot: number, entry: MemoryEntry): void {
    this.#values[slot] = entry.value
    this.#scopes[slot] = entry.scope
    this.#seqs[slot] = entry.seq
    this.#deadlines[slot] = entry.deadlineMs
    this.#copies[slot] = entry.copyOnRead ? 1 : 0
    entry.scope.namespace.entries++
  }

  #makeRoom(entries: number, bytes: number): void {
    let gone = 0
    let voided = 0
    for (;;) {
      const tooMany = this.entries + entries > this.#limits.maxEntries
      if (!tooMany && this.bytes + bytes <= this.#limits.maxBytes) break
      const slot = this.#order.victim(tooMany ? 'maxEntries' : 'maxBytes')
      if (this.isVoid(slot)) voided++
      else {
        gone++
        this.#order.remember(slot, this.#keys[slot] as string)
      }
      this.#drop(slot)
    }
    this.#evictions += gone
    if (gone > 0) this.#events.evicted('capacity', gone)
    if (voided > 0) this.#events.evicted('void', voided)
  }

  #drop(slot: number): void {
    this.#release(slot)
    this.#slots.delete(this.#keys[slot] as string)
    this.#keys[slot] = undefined
    this.#values[slot] = undefined
    this.#scopes[slot] = undefined
    this.#order.remove(slot)
    this.#free.push(slot)
  }

  #release(slot: number): void {
    const scope = this.#scopes[slot] as EntryScope
    scope.namespace.entries--
    if (scope.tags !== null) this.#events.released(scope)
  }

  #grow(capacity: number): void {
    this.#keys = longer(this.#keys, capacity)
    this.#values = longer(this.#values, capacity)
    this.#scopes = longer(this.#scopes, capacity)
    this.#seqs = grown(this.#seqs, new Float64Array(capacity))
    this.#deadlines = grown(this.#deadlines, new Float64Array(capacity))
    this.#copies = grown(this.#copies, new Uint8Array(capacity))
    this.#order.grow(capacity)
  }

  #reset(): void {
    this.#slots = new Map()
    this.#keys = []
    this.#values = []
    this.#scopes = []
    this.#seqs = new Float64Array(0)
    this.#deadlines = new Float64Array(0)
    this.#copies = new Uint8Array(0)
    this.#order = new S3Fifo(this.#limits, slot => this.isVoid(slot))
    this.#free = []
    this.#used = 0
  }
}

/** An array of its full length from the start: one that grows by itself reserves half as much again. */
function longer<Item>(column: readonly Item[], length: number): (Item | undefined)[] {
  const copy = new Array<Item | undefined>(length).fill(undefined)
  for (let at = 0; at < column.length; at++) copy[at] = column[at]
  return copy
}

/** What a map's entry, the columns and the remembered keys take; measured. */
const entryOverheadBytes = 128
const sliceMs = 4
const slotsPerLook = 32
