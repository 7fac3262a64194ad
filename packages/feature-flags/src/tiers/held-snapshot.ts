import type { CompiledSnapshot } from '../evaluate/compiled-snapshot.js'
import type { FlagSnapshot } from '../flag/flag-definition.js'

/** How long after the store was last asked, in milliseconds, what it confirmed is served without the reason STALE. */
export const freshMs = 2000

/** The first tier: one snapshot, and since when what is known of it. Times are of the monotonic clock. */
export class HeldSnapshot {
  /** What is evaluated; at first that of the bootstrap. */
  current: CompiledSnapshot | undefined
  data: FlagSnapshot | undefined
  /** -1: none has come from a tier yet. */
  revision = -1
  /** Until then it counts as a hit. */
  hitUntilMs = Number.NEGATIVE_INFINITY
  /** Until then it is served without the reason STALE. */
  freshUntilMs = Number.NEGATIVE_INFINITY
  /** How many invalidations were heard of. */
  heard = 0
  #superseded = false
  #confirmedMs = Number.NEGATIVE_INFINITY
  #loadedMs = Number.NEGATIVE_INFINITY
  readonly #ttlMs: number

  constructor(ttlMs: number) {
    this.#ttlMs = ttlMs
  }

  /** An invalidation was heard of, and nothing that was read after it has come yet. */
  get superseded(): boolean {
    return this.#superseded
  }

  confirmed(nowMs: number): boolean {
    return this.revision >= 0 && nowMs <= this.#confirmedMs + freshMs
  }

  invalidated(): void {
    this.heard++
    this.#superseded = true
    this.#reckon()
  }

  put(compiled: CompiledSnapshot, data: FlagSnapshot): void {
    this.current = compiled
    this.data = data
    this.revision = data.revision
  }

  /** What is held was read from a lower tier at `atMs`, when `heard` invalidations had been heard of. */
  loaded(atMs: number, heard: number): void {
    this.#loadedMs = Math.max(this.#loadedMs, atMs)
    this.#readAfter(heard)
  }

  /** At `atMs`, when `heard` invalidations had been heard of, the store had nothing newer. */
  confirm(atMs: number, heard: number): void {
    this.#confirmedMs = Math.max(this.#confirmedMs, atMs)
    this.#readAfter(heard)
  }

  #readAfter(heard: number): void {
    if (heard === this.heard) this.#superseded = false
    this.#reckon()
  }

  #reckon(): void {
    this.hitUntilMs = this.#superseded ? Number.NEGATIVE_INFINITY : this.#loadedMs + this.#ttlMs
    this.freshUntilMs = this.#superseded ? Number.NEGATIVE_INFINITY : this.#confirmedMs + freshMs
  }
}
