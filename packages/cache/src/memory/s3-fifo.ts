import { GhostKeys } from './ghost-keys.js'
import { grown, SlotLinks, SlotQueue } from './slot-queue.js'

/**
 * The order in which entries leave: S3-FIFO (Yang et al., "FIFO queues are all you need for cache eviction", SOSP 2023).
 * What is new enters the small queue; what was asked for there, or comes back soon after it left, enters the main
 * queue, whose entries go round while they are asked for. It says who goes and drops nothing itself.
 *
 * The small queue's share, a tenth as published, moves by ghosts of both queues: a key that comes back after it left the
 * small one would have stayed in a larger one, and the other way round. With a fixed tenth, objects that are used a few
 * times soon after each other, as by a batch over a database, hit up to 38 points below LRU; so they come within a few.
 */
export class S3Fifo {
  readonly #limits: MemoryLimits
  readonly #isVoid: (slot: number) => boolean
  readonly #links = new SlotLinks()
  readonly #small = new SlotQueue(this.#links)
  readonly #main = new SlotQueue(this.#links)
  readonly #leftSmall = new GhostKeys()
  readonly #leftMain = new GhostKeys()
  #smallShare = minSmallShare
  /** Of each slot: how often it was asked for, up to 3, and whether it stands in the main queue. */
  #marks: Uint8Array<ArrayBuffer> = new Uint8Array(0)
  #bytes: Float64Array<ArrayBuffer> = new Float64Array(0)

  /** A void entry is not worth its room, however often it was asked for. */
  constructor(limits: MemoryLimits, isVoid: (slot: number) => boolean) {
    this.#limits = limits
    this.#isVoid = isVoid
  }

  get entries(): number {
    return this.#small.length + this.#main.length
  }

  get bytes(): number {
    return this.#small.bytes + this.#main.bytes
  }

  bytesAt(slot: number): number {
    return this.#bytes[slot] as number
  }

  grow(capacity: number): void {
    this.#links.grow(capacity)
    this.#marks = grown(this.#marks, new Uint8Array(capacity))
    this.#bytes = grown(this.#bytes, new Float64Array(capacity))
  }

  add(slot: number, key: string, bytes: number): void {
    const leftSmall = this.#leftSmall.take(key, this.entries)
    const leftMain = !leftSmall && this.#leftMain.take(key, this.entries)
    if (leftSmall) this.#moveShare(1)
    if (leftMain) this.#moveShare(-2)
    this.#marks[slot] = leftSmall || leftMain ? inMain : 0
    this.push(slot, bytes)
  }

  touch(slot: number): void {
    const mark = this.#marks[slot] as number
    if ((mark & asked) < asked) this.#marks[slot] = mark + 1
  }

  wantedAt(slot: number): number {
    return (this.#marks[slot] as number) & asked
  }

  remove(slot: number): void {
    this.#queueOf(slot).remove(slot, this.#bytes[slot] as number)
  }

  /** Puts it, after `remove`, at the young end of the queue that it was in. */
  push(slot: number, bytes: number): void {
    this.#bytes[slot] = bytes
    this.#queueOf(slot).push(slot, bytes)
  }

  resize(slot: number, bytes: number): void {
    this.#queueOf(slot).bytes += bytes - (this.#bytes[slot] as number)
    this.#bytes[slot] = bytes
  }

  /** A key that leaves for want of room is known again for a while. */
  remember(slot: number, key: string): void {
    const left = this.#queueOf(slot) === this.#small ? this.#leftSmall : this.#leftMain
    left.add(key, this.entries)
  }

  /** Who leaves next; there must be an entry. Entries that are spared move on the way. */
  victim(want: keyof MemoryLimits): number {
    for (;;) {
      const fromSmall = this.#main.length === 0 || this.#isSmallFull(want)
      const slot = (fromSmall ? this.#small : this.#main).oldest
      const mark = this.#marks[slot] as number
      const times = mark & asked
      if (times < (fromSmall ? promoteAt : 1) || this.#isVoid(slot)) return slot
      this.remove(slot)
      this.#marks[slot] = fromSmall ? inMain : mark - 1
      this.push(slot, this.#bytes[slot] as number)
    }
  }

  /** Twice as fast back: one hit that the main queue lost is one of many that its entry would have had. */
  #moveShare(entries: number): void {
    const share = this.#smallShare + entries / Math.max(1, this.entries)
    this.#smallShare = Math.min(maxSmallShare, Math.max(minSmallShare, share))
  }

  #isSmallFull(want: keyof MemoryLimits): boolean {
    const taken = want === 'maxEntries' ? this.#small.length : this.#small.bytes
    return taken > 0 && taken >= this.#limits[want] * this.#smallShare
  }

  #queueOf(slot: number): SlotQueue {
    return (this.#marks[slot] as number) & inMain ? this.#main : this.#small
  }
}

export interface MemoryLimits {
  readonly maxEntries: number
  /** Of keys, values and what the tier needs for each, as estimated. */
  readonly maxBytes: number
}

const asked = 0b011
const inMain = 0b100
const minSmallShare = 0.1
const maxSmallShare = 0.9
/** Twice, since a value is often asked for again at once and then never. */
const promoteAt = 2
