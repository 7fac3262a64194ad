import type { EntryScope } from './entry-scope.js'

/** What is put into memory. */
export interface MemoryEntry {
  readonly value: unknown
  /** Of the value, as `privateCopy` estimates them. */
  readonly bytes: number
  /** The read point. */
  readonly seq: number
  /** Not served from then on. */
  readonly deadlineMs: number
  readonly scope: EntryScope
  readonly copyOnRead: boolean
}

export type EvictionReason = 'capacity' | 'expired' | 'void'

/** Neither may call the tier back. */
export interface MemoryTierEvents {
  /** Entries that left for another reason than a call that names them. */
  evicted(reason: EvictionReason, entries: number): void
  /** Once for each entry with tags that leaves or is replaced. */
  released(scope: EntryScope): void
}
