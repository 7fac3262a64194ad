import { isDeepStrictEqual } from 'node:util'
import type { Loader } from '../cache.js'
import { publish } from '../cache-events.js'
import type { Core } from '../core.js'
import { namespaceOf } from '../key/check-key.js'
import { leaseMs } from '../mirror/heartbeat.js'
import { LoadRun } from './load-context.js'

/** By then an invalidation that was under way has arrived, and the entry is gone, if all keeps its word. */
const graceMs = leaseMs + 1000

/**
 * Compares a share of hits with the source, one at a time, in the background. A difference counts as a stale read only
 * when the same entry is still served after every bound on an invalidation's way, and the source still differs.
 */
export class HitVerifier {
  readonly #core: Core
  readonly #every: number
  #count = 0
  #busy = false

  constructor(core: Core, share: number) {
    this.#core = core
    this.#every = Math.round(1 / share)
  }

  hit(key: string, slot: number, loader: Loader<unknown>): void {
    if (++this.#count < this.#every || this.#busy) return
    this.#count = 0
    void this.#verify(key, this.#core.memory.valueAt(slot), loader)
  }

  async #verify(key: string, served: unknown, loader: Loader<unknown>): Promise<void> {
    this.#busy = true
    try {
      if (await this.#agrees(served, loader)) return
      await this.#core.clock.sleep(graceMs, this.#core.closed)
      const slot = this.#core.memory.hit(key, this.#core.clock.monotonic())
      if (slot < 0 || !isDeepStrictEqual(this.#core.memory.valueAt(slot), served)) return
      if (!(await this.#agrees(served, loader))) publish({ kind: 'stale-read', namespace: namespaceOf(key) })
    } catch {
      // a source that fails, or the end of the cache, says nothing of the value
    } finally {
      this.#busy = false
    }
  }

  async #agrees(served: unknown, loader: Loader<unknown>): Promise<boolean> {
    const run = new LoadRun([], () => undefined)
    const value = await loader(run)
    return run.skipped || isDeepStrictEqual(value, served)
  }
}
