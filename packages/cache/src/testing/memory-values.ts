import type { ValueStore } from '../remote/value-store.js'

export interface Kept {
  readonly envelope: Buffer
  readonly removeAtMs: number
}

/** One partition's values in a map, for servers of tests. */
export class MemoryValues implements ValueStore {
  kept = new Map<string, Kept>()

  get(key: string, nowMs: number): Buffer | undefined {
    const found = this.kept.get(key)
    return found && found.removeAtMs > nowMs ? found.envelope : undefined
  }

  put(key: string, envelope: Buffer, removeAtMs: number): void {
    this.kept.set(key, { envelope, removeAtMs })
  }

  remove(key: string): void {
    this.kept.delete(key)
  }

  keys(prefix: string, after: string | undefined, limit: number): string[] {
    return [...this.kept.keys()]
      .filter(key => key.startsWith(prefix) && (after === undefined || key > after))
      .sort()
      .slice(0, limit)
  }
}
