import { matchGlob } from '../key/match-glob.js'
import type { Epoch } from './entry-scope.js'
import type { MemoryTier } from './memory-tier.js'

interface Asked {
  readonly epoch: Epoch
  readonly pattern: string
  readonly seq: number
  readonly done: () => void
}

/** Drops what matches a pattern. What is asked for at one time, by each partition, is one walk. */
export class PatternSweeper {
  readonly #memory: MemoryTier
  #asked: Asked[] = []
  #running = false

  constructor(memory: MemoryTier) {
    this.#memory = memory
  }

  /** Resolves when no entry of the epoch below `seq` matches any more. */
  sweep(epoch: Epoch, pattern: string, seq: number): Promise<void> {
    return new Promise(done => {
      this.#asked.push({ epoch, pattern, seq, done })
      if (!this.#running) void this.#run()
    })
  }

  async #run(): Promise<void> {
    this.#running = true
    await Promise.resolve() // the other partitions of the same call
    while (this.#asked.length > 0) {
      const asked = this.#asked.splice(0)
      const byEpoch = new Map<Epoch, Asked[]>()
      for (const each of asked) byEpoch.set(each.epoch, [...(byEpoch.get(each.epoch) ?? []), each])
      const isGone = (slot: number) => {
        const patterns = byEpoch.get(this.#memory.scopeAt(slot).epoch)
        if (!patterns) return false
        const seq = this.#memory.seqAt(slot)
        return patterns.some(each => seq < each.seq && matchGlob(each.pattern, this.#memory.keyAt(slot)))
      }
      await this.#memory.sweep(isGone, 'void')
      for (const { done } of asked) done()
    }
    this.#running = false
  }
}
