import { publish } from '../cache-events.js'
import type { Core, Shared } from '../core.js'
import { type Heartbeat, leaseMs, marginMs } from '../mirror/heartbeat.js'
import type { Confirmation, PartitionPosition, Position, Registry } from '../remote/remote-tier.js'

const patienceMs = leaseMs + marginMs

/**
 * Waits until no live instance can serve what was invalidated: all rows of the registry have confirmed, or the lease
 * under which anybody could still believe the old value has run out by this process's own clock.
 */
export class Acknowledger {
  readonly #core: Core
  readonly #shared: Shared
  readonly #heartbeat: Heartbeat
  /** By instance and partition. */
  readonly #confirmed = new Map<string, Map<number, Position>>()
  readonly #waiting = new Set<() => void>()

  constructor(core: Core, shared: Shared, heartbeat: Heartbeat) {
    this.#core = core
    this.#shared = shared
    this.#heartbeat = heartbeat
  }

  confirmed({ from, partition, gen, seq }: Confirmation): void {
    let positions = this.#confirmed.get(from)
    if (!positions) {
      positions = new Map()
      this.#confirmed.set(from, positions)
    }
    const known = positions.get(partition)
    if (!known || known.gen !== gen || known.seq < seq) positions.set(partition, { gen, seq })
    for (const wake of this.#waiting) wake()
  }

  /** Resolves within the lease after the call at the latest. The steps at `at` have run. */
  async settled(at: readonly PartitionPosition[]): Promise<void> {
    if (at.length === 0) return
    const { clock } = this.#core
    const startedMs = clock.monotonic()
    const registry = await this.#registry()
    const openedMs = clock.monotonic()
    if (registry)
      for (const id of this.#confirmed.keys()) if (!registry.rows.has(id)) this.#confirmed.delete(id)
    const known = registry !== null && this.#knownLongEnough(registry)
    const missing = () =>
      [...(registry?.rows.keys() ?? [])].filter(id => id !== this.#core.instance && !this.#has(id, at))
    for (;;) {
      const nowMs = clock.monotonic()
      if (known && missing().length === 0) {
        publish({ kind: 'acknowledged', durationMs: nowMs - startedMs, early: true })
        return
      }
      if (nowMs >= startedMs + patienceMs) {
        if (registry && nowMs >= openedMs + patienceMs) this.#bury(registry, missing())
        publish({ kind: 'acknowledged', durationMs: nowMs - startedMs, early: false })
        return
      }
      await this.#next(startedMs + patienceMs - nowMs)
    }
  }

  /** A row that stood still for a whole lease belongs to nobody alive. */
  #bury(registry: Registry, ids: readonly string[]): void {
    const { tier, guard } = this.#shared
    for (const id of ids) {
      this.#confirmed.delete(id)
      const counter = registry.rows.get(id)?.counter ?? -1
      guard.run('removeRow', null, () => tier.removeRow(id, counter)).catch(() => {}) // the next who waits tries again
    }
  }

  async #registry(): Promise<Registry | null> {
    const { tier, guard } = this.#shared
    try {
      return await guard.run('registry', null, () => tier.registry())
    } catch {
      return null
    }
  }

  /** A registry that is younger may lack rows of instances that still believe what they hold. */
  #knownLongEnough({ nonce, run }: Registry): boolean {
    const known = this.#heartbeat.registry
    return (
      known !== null &&
      known.nonce === nonce &&
      known.run === run &&
      this.#core.clock.monotonic() >= known.sinceMs + patienceMs
    )
  }

  #has(id: string, at: readonly PartitionPosition[]): boolean {
    const positions = this.#confirmed.get(id)
    return at.every(({ partition, gen, seq }) => {
      const confirmed = positions?.get(partition)
      return confirmed !== undefined && confirmed.gen === gen && confirmed.seq >= seq
    })
  }

  async #next(ms: number): Promise<void> {
    const rest = new AbortController()
    const abort = () => rest.abort()
    this.#core.closed.addEventListener('abort', abort, { once: true })
    this.#waiting.add(abort)
    await this.#core.clock.sleep(ms, rest.signal).catch(() => {})
    this.#waiting.delete(abort)
    this.#core.closed.removeEventListener('abort', abort)
    this.#core.closed.throwIfAborted()
  }
}
