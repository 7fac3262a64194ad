/** The number of the last invalidation of something: a namespace, or a tag. */
export interface SeqCell {
  seq: number
}

/** Of one namespace in one partition. Its numbers are counted here, so that a hit touches nothing else. */
export interface NamespaceCell extends SeqCell {
  /** Answered from this process's memory. */
  hits: number
  /** Held in this process's memory, void ones included until they are swept. */
  entries: number
}

/**
 * A stretch of time in which this instance believes what it holds of one partition. It ends for ever when messages
 * may have been missed; the next stretch is another object, so that entries of the old one are void at once.
 */
export interface Epoch {
  /** By the monotonic clock; `Infinity` without a second tier, `-Infinity` when over. */
  trustedUntilMs: number
  /** Entries below are matched against the patterns that are being walked; 0 when none is. */
  patternSeq: number
}

/** Of a tag. */
export interface NamedCell extends SeqCell {
  readonly name: string
}

/**
 * What an entry depends on, by reference, so that a hit compares integers and looks nothing up. Entries without tags
 * and without times of their own share one scope for each partition and namespace.
 */
export interface EntryScope {
  /** Where its tags' cells are given back when the entry goes. */
  readonly home: { release(tags: readonly SeqCell[]): void }
  readonly epoch: Epoch
  readonly namespace: NamespaceCell
  readonly tags: readonly NamedCell[] | null
  /** Of entries that are refreshed ahead or served stale; elsewhere the entry's deadline says all. */
  readonly life: EntryLife | null
}

/** All by the monotonic clock of this process. */
export interface EntryLife {
  readonly createdAtMs: number
  readonly expiresAtMs: number
  /** Until then it may answer for a loader that failed. */
  readonly staleUntilMs: number
  /** Names the copy in the second tier, for a refresh that replaces just this one. */
  readonly token: string
  /** Of `set` with a version; -1 without. */
  readonly version: number
  refreshing: boolean
  /** Of entries whose lifetime adapts: told when this one has changed. */
  readonly rate: { observe(changed: boolean, elapsedMs: number): void } | null
}
