import type { HeldValue } from '../memory/private-copy.js'

/** What a flight ends with, and where it was read: whoever joined it judges by that whether it may be taken. */
export interface LoadedValue {
  readonly copy: HeldValue
  /** Null when nothing was known of the partition. */
  readonly gen: string | null
  readonly seq: number
  readonly tags: readonly string[]
}
