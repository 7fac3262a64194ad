import type { Clock } from '@voiceassist/kernel'
import type { MemoryTier } from './memory-tier.js'

const restMs = 1000

/**
 * Frees what namespaces, tags and ended epochs made void: a hit refuses it before that already, so this is only about
 * memory. However often it is asked, it walks at most once a second.
 */
export class VoidSweeper {
  readonly #memory: MemoryTier
  readonly #clock: Clock
  readonly #closed: AbortSignal
  #running = false
  #asked = false

  constructor(memory: MemoryTier, clock: Clock, closed: AbortSignal) {
    this.#memory = memory
    this.#clock = clock
    this.#closed = closed
  }

  request(): void {
    this.#asked = true
    if (!this.#running && !this.#closed.aborted) void this.#run()
  }

  async #run(): Promise<void> {
    this.#running = true
    try {
      while (this.#asked) {
        this.#asked = false
        await this.#memory.sweep(slot => this.#memory.isVoid(slot), 'void')
        if (this.#asked) await this.#clock.sleep(restMs, this.#closed)
      }
    } catch {
      // closed
    } finally {
      this.#running = false
    }
  }
}
