import type { Clock } from '@voiceassist/kernel'
import { markMs } from '../remote/remote-tier.js'

/** Versions that were deleted, for as long as an operation can be under way: what marks are in the second tier. */
export class RemovedVersions {
  readonly #clock: Clock
  /** In the order of their end. */
  readonly #marks = new Map<string, { readonly version: number; readonly untilMs: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(key: string, version: number): void {
    this.#forget()
    const known = this.of(key)
    this.#marks.delete(key)
    this.#marks.set(key, { version: Math.max(version, known), untilMs: this.#clock.monotonic() + markMs })
  }

  /** -1: none. */
  of(key: string): number {
    const mark = this.#marks.get(key)
    return mark && mark.untilMs > this.#clock.monotonic() ? mark.version : -1
  }

  #forget(): void {
    const nowMs = this.#clock.monotonic()
    for (const [key, { untilMs }] of this.#marks) {
      if (untilMs > nowMs) return
      this.#marks.delete(key)
    }
  }
}
