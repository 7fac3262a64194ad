import type { Clock } from '@voiceassist/kernel'
import { publish } from '../cache-events.js'
import type { RemoteGuard } from '../remote/remote-guard.js'
import type {
  Confirmation,
  Invalidated,
  Note,
  PartitionPosition,
  Position,
  RemoteListener,
  RemoteMessage,
  RemoteTier,
} from '../remote/remote-tier.js'
import type { Partition } from './partition.js'

export interface SyncParts {
  readonly remote: RemoteTier
  readonly guard: RemoteGuard
  readonly clock: Clock
  readonly partitions: readonly Partition[]
  readonly instance: string
  /** Connected, subscribed, or read anew: time for a heartbeat, which gives trust. */
  arrived(): void
  confirmed(confirmation: Confirmation): void
}

type Waiting = { readonly at: PartitionPosition; readonly scope: Invalidated; readonly note: Note | null }

/** Keeps the mirror of each partition in step with the second tier: by messages in their order, or by a new reading. */
export class Sync implements RemoteListener {
  readonly #parts: SyncParts
  readonly #queues = new Map<Partition, Waiting[]>()
  readonly #again = new Set<Partition>()
  readonly #reachable = new Set<Partition>()
  #busUp = false
  /** Whether any attempt to connect has failed yet. */
  refused = false

  constructor(parts: SyncParts) {
    this.#parts = parts
  }

  message(message: RemoteMessage): void {
    switch (message.kind) {
      case 'wake':
        this.#parts.partitions[message.partition]?.flights.wake(message.key)
        return
      case 'confirmed':
        this.#parts.confirmed(message.confirmation)
        return
      case 'invalidated':
        for (const at of message.at) this.#invalidated({ at, scope: message.scope, note: message.note })
    }
  }

  busLost(): void {
    this.#busUp = false
  }

  busBack(): void {
    this.#busUp = true
    for (const partition of this.#reachable) void this.resync(partition, 'subscribed')
    this.#parts.arrived()
  }

  connectionLost(partitions: readonly number[]): void {
    this.refused = true
    for (const index of partitions) {
      const partition = this.#parts.partitions[index] as Partition
      this.#reachable.delete(partition)
      partition.connected = false
      partition.connection++
      partition.distrust()
      partition.settle()
    }
  }

  connected(partitions: readonly number[]): void {
    for (const index of partitions) {
      const partition = this.#parts.partitions[index] as Partition
      this.#reachable.add(partition)
      partition.connection++
      if (this.#busUp) void this.resync(partition, 'connected')
    }
    this.#parts.arrived()
  }

  /** Drops what is held of the partition and reads its records; false when that failed: the next heartbeat tries again. */
  resync(partition: Partition, reason: string): Promise<boolean> {
    if (partition.resyncing) {
      this.#again.add(partition)
      return partition.resyncing
    }
    publish({ kind: 'resync', partition: partition.index, reason })
    const running = this.#read(partition).finally(() => {
      partition.resyncing = null
      this.#drain(partition)
    })
    partition.resyncing = running
    return running
  }

  /** The effect here of an invalidation that this instance made; how many values left memory. */
  applyOwn(partition: Partition, scope: Invalidated, position: Position): number {
    const at = { partition: partition.index, gen: position.gen, seq: position.seq }
    if (partition.resyncing) {
      partition.distrust()
      this.#queues.get(partition)?.push({ at, scope, note: null })
      return 0
    }
    return this.#own(partition, scope, at)
  }

  /** A reply told where the partition stands. */
  learn(partition: Partition, position: Position): void {
    if (partition.gen === position.gen) partition.learn(position.seq)
    else if (!partition.resyncing) void this.resync(partition, 'another generation')
  }

  async #read(partition: Partition): Promise<boolean> {
    const { remote, guard, clock } = this.#parts
    do {
      this.#again.delete(partition)
      this.#queues.set(partition, [])
      partition.distrust()
      const sentMs = clock.monotonic()
      try {
        const meta = await guard.probe('readMeta', partition, () => remote.readMeta(partition.index))
        partition.distrust()
        partition.replace(meta)
        partition.remoteOffsetMs = meta.timeMs - sentMs
        partition.connected = true
      } catch {
        return false
      }
    } while (this.#again.has(partition))
    return true
  }

  #drain(partition: Partition): void {
    const queue = this.#queues.get(partition) ?? []
    this.#queues.delete(partition)
    for (const waiting of queue) {
      if (partition.resyncing) this.#queues.get(partition)?.push(waiting)
      else if (waiting.note) this.#invalidated(waiting)
      else this.#own(partition, waiting.scope, waiting.at)
    }
  }

  #own(partition: Partition, scope: Invalidated, at: PartitionPosition): number {
    if (partition.gen === at.gen) {
      partition.learn(at.seq)
      return partition.apply(scope, at.seq)
    }
    partition.distrust()
    void this.resync(partition, 'another generation')
    return 0
  }

  #invalidated(message: Waiting): void {
    const { at, scope } = message
    const partition = this.#parts.partitions[at.partition]
    if (!partition) return
    if (partition.resyncing) {
      this.#queues.get(partition)?.push(message)
      return
    }
    if (partition.gen === null) return
    if (at.gen !== partition.gen) {
      this.#resyncAndConfirm(partition, message, 'another generation')
      return
    }
    if (at.seq > partition.seen + 1) {
      this.#resyncAndConfirm(partition, message, 'a message is missing')
      return
    }
    if (at.seq > partition.seen) {
      partition.seen = at.seq
      partition.learn(at.seq)
      partition.apply(scope, at.seq)
      const { due } = partition
      if (due && partition.seen >= due.seq) {
        partition.due = null
        partition.trust(due.untilMs)
      }
    }
    this.#confirm(partition, message)
  }

  #resyncAndConfirm(partition: Partition, message: Waiting, reason: string): void {
    void this.resync(partition, reason).then(() => {
      this.#confirm(partition, message)
      this.#parts.arrived()
    })
  }

  /** Only what holds: it was applied here, or belongs to a generation of which nothing is held. */
  #confirm(partition: Partition, { at, note }: Waiting): void {
    const { remote, instance } = this.#parts
    if (!note?.acknowledge || note.from === instance) return
    if (partition.resyncing || partition.gen === null) return
    if (partition.gen === at.gen && partition.seen < at.seq) return
    remote.confirm(note.from, { ...at, from: instance }).catch(() => {}) // the writer waits for the lease instead
  }
}
