import type { CacheInstance } from './cache.js'
import type { CacheCore } from './cache-core.js'
import { Heartbeat } from './mirror/heartbeat.js'
import { Sync } from './mirror/sync.js'
import { renewMs } from './read/leases.js'
import { Deadlines } from './remote/deadlines.js'
import { RemoteGuard } from './remote/remote-guard.js'
import type { RemoteTier } from './remote/remote-tier.js'
import type { TwoTierOptions } from './two-tier-options.js'
import { Acknowledger } from './write/acknowledger.js'
import { Invalidator } from './write/invalidator.js'

export interface RemoteSize {
  readonly entries: number
  readonly bytes: number
  readonly evictions: number
}

/** The second tier as one cache uses it, from its opening to its end. */
export interface Link {
  readonly invalidator: Invalidator
  /** As reported last. */
  size(): RemoteSize
  instances(): Promise<readonly CacheInstance[]>
  close(): Promise<void>
}

const sizeEveryMs = 5000

/** `beaten` is told after each heartbeat of a shared tier. */
export function linkTo(
  core: CacheCore,
  remote: RemoteTier | undefined,
  options: TwoTierOptions,
  beaten: () => void,
): Link {
  return remote ? new SharedLink(core, remote, options, beaten) : alone(core)
}

function alone(core: CacheCore): Link {
  return {
    invalidator: new Invalidator(core, null),
    size: () => ({ entries: 0, bytes: 0, evictions: 0 }),
    instances: async () => [],
    close: async () => core.end(),
  }
}

class SharedLink implements Link {
  readonly invalidator: Invalidator
  readonly #core: CacheCore
  readonly #tier: RemoteTier
  readonly #guard: RemoteGuard
  readonly #beating: Promise<void>
  #size: RemoteSize = { entries: 0, bytes: 0, evictions: 0 }
  #sizedMs = Number.NEGATIVE_INFINITY

  constructor(
    core: CacheCore,
    tier: RemoteTier,
    { name, prefix, remoteTimeoutMs }: TwoTierOptions,
    beaten: () => void,
  ) {
    const { clock, partitions, instance, closed } = core
    this.#core = core
    this.#tier = tier
    const guard = new RemoteGuard(clock, remoteTimeoutMs, closed)
    this.#guard = guard
    const sync = new Sync({
      remote: tier,
      guard,
      clock,
      partitions,
      instance,
      arrived: () => heartbeat.kick(),
      confirmed: confirmation => acknowledger.confirmed(confirmation),
    })
    const renewals = new Deadlines(clock, renewMs, closed, Number.POSITIVE_INFINITY)
    const shared = { tier, guard, sync, renewals }
    core.shared = shared
    const heartbeat = new Heartbeat({
      remote: tier,
      guard,
      clock,
      partitions,
      sync,
      instance,
      info: name,
      closed,
      replay: partition => this.invalidator.replay(partition),
      beaten: () => {
        this.#measure()
        beaten()
      },
    })
    const acknowledger = new Acknowledger(core, shared, heartbeat)
    this.invalidator = new Invalidator(core, acknowledger)
    tier.open(sync, { prefix, instance })
    this.#beating = heartbeat.run()
  }

  size(): RemoteSize {
    return this.#size
  }

  async instances(): Promise<readonly CacheInstance[]> {
    const { rows } = await this.#guard.run('registry', null, () => this.#tier.registry())
    return [...rows].map(([id, { info, ageMs }]) => ({
      id,
      name: info,
      self: id === this.#core.instance,
      lagMs: ageMs,
    }))
  }

  /** First nothing is served from memory any more; only then the row goes, for which others wait. */
  async close(): Promise<void> {
    const { partitions, instance } = this.#core
    for (const partition of partitions)
      if (partition.journal.size > 0) await this.invalidator.replay(partition)
    for (const partition of partitions) partition.distrust()
    await this.#guard.run('removeRow', null, () => this.#tier.removeRow(instance, 'any')).catch(() => {})
    this.#core.end()
    await this.#beating
    await this.#tier.close()
  }

  #measure(): void {
    const nowMs = this.#core.clock.monotonic()
    if (nowMs < this.#sizedMs + sizeEveryMs) return
    this.#sizedMs = nowMs
    this.#guard
      .run('size', null, () => this.#tier.size())
      .then(
        size => {
          this.#size = size
        },
        () => {}, // the last one stands
      )
  }
}
