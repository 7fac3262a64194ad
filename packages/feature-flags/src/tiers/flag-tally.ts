import type { FlagCacheStats } from '../feature-flags.js'

/** Where look-ups were answered. */
export class FlagTally {
  memoryHits = 0
  #memoryMisses = 0
  #sharedHits = 0
  #sharedMisses = 0
  /** Look-ups that memory had no valid answer for, since the last reload. */
  #open = 0

  missed(): void {
    this.#memoryMisses++
    this.#open++
  }

  reloaded(tier: 'l2' | 'l3' | 'none'): void {
    if (tier === 'l2') this.#sharedHits += this.#open
    else this.#sharedMisses += this.#open
    this.#open = 0
  }

  stats(size: number, l1TtlMs: number, l2TtlMs: number): FlagCacheStats {
    const all = this.memoryHits + this.#memoryMisses
    return {
      l1Cache: { ...tier(this.memoryHits, this.#memoryMisses, l1TtlMs), size },
      l2Cache: tier(this.#sharedHits, this.#sharedMisses, l2TtlMs),
      overall: { cacheHitRate: percent(this.memoryHits + this.#sharedHits, all) },
    }
  }
}

function tier(hits: number, misses: number, ttlMs: number) {
  return { hits, misses, hitRate: percent(hits, hits + misses), ttlSeconds: ttlMs / 1000 }
}

/** With one decimal. */
function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * 1000) / 10
}
