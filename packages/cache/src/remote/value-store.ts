/** Where a partition keeps its envelopes. */
export interface ValueStore {
  /** Undefined too once its time of removal has come. */
  get(key: string, nowMs: number): Buffer | undefined
  /** Throws when there is no room; the value that was there may be gone then. */
  put(key: string, envelope: Buffer, removeAtMs: number): void
  /** Throws when it cannot be done; the partition then starts a new generation. */
  remove(key: string): void
  /** At most `limit` that follow `after`, in an order of the store's own that does not change. */
  keys(prefix: string, after: string | undefined, limit: number): string[]
}
