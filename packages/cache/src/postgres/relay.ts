export interface RelayStats {
  /** Whether this relay is the one that takes rows. */
  readonly active: boolean
  /**
   * How old the oldest waiting row was at the last look, by the database's clock; 0 when none waited, undefined before
   * the first look. A row's age begins when it is written, so a long transaction's rows are old when they appear.
   */
  readonly lagMs: number | undefined
  /** When the last look that was answered was asked for, by the monotonic clock of the relay. */
  readonly lookedAtMs: number | undefined
  readonly relayed: number
  /** Rows whose namespaces were cleared, since their table is unknown here or its mapping failed. */
  readonly unmapped: number
  /** Passes that failed and were repeated. */
  readonly failures: number
  /** When a look last found nothing more to do, in milliseconds since the Unix epoch. */
  readonly lastPassAt: number | undefined
}

export interface Relay {
  /**
   * Resolves when all that was written before the start is relayed, by this relay or another one: wait for it before the
   * first read from a second tier that outlived the last process. @throws CacheError CACHE_CLOSED
   */
  readonly ready: Promise<void>
  stats(): RelayStats
  /** Looks at once. */
  wake(): void
  /** Ends the batch under way and leaves the lock to others. */
  close(): Promise<void>
}
