import type { Clock } from '@voiceassist/kernel'
import type { RemoteGuard } from '../remote/remote-guard.js'
import type { PositionsReply, RegistryId, RemoteTier } from '../remote/remote-tier.js'
import type { Partition } from './partition.js'
import type { Sync } from './sync.js'

/** How long after a heartbeat was sent this instance believes what it holds. */
export const leaseMs = 2000
/** For what clocks differ in, and for a hit between its check and its answer. */
export const marginMs = 50
const beatMs = 500
/** How long the bus may be behind the positions before messages count as lost. */
const graceMs = 250
/** Wall time and monotonic time part when a machine is suspended. */
const suspendedMs = 1000

export interface HeartbeatParts {
  readonly remote: RemoteTier
  readonly guard: RemoteGuard
  readonly clock: Clock
  readonly partitions: readonly Partition[]
  readonly sync: Sync
  readonly instance: string
  readonly info: string
  readonly closed: AbortSignal
  /** Sends what is journaled. */
  replay(partition: Partition): Promise<boolean>
  /** After each: the second tier answered, or did not. */
  beaten(): void
}

/**
 * Renews this instance's row, and then reads where every partition stands: what was invalidated before the renewal was
 * sent is applied here when nothing is missing, so what is held may be believed until the lease of that moment ends.
 */
export class Heartbeat {
  readonly #parts: HeartbeatParts
  #registry: (RegistryId & { readonly sinceMs: number }) | null = null
  #kick: (() => void) | undefined
  #kicked = false
  #lastMs = 0
  #lastWallMs = 0

  constructor(parts: HeartbeatParts) {
    this.#parts = parts
  }

  /** The registry, and since when it is known here. */
  get registry(): (RegistryId & { readonly sinceMs: number }) | null {
    return this.#registry
  }

  /** The next one comes now. */
  kick(): void {
    this.#kicked = true
    this.#kick?.()
  }

  async run(): Promise<void> {
    const { clock, closed } = this.#parts
    while (!closed.aborted) {
      this.#kicked = false
      await this.#beat().catch(() => {})
      this.#parts.beaten()
      if (this.#kicked || closed.aborted) continue
      const rest = new AbortController()
      const kicked = new Promise<void>(resolve => {
        this.#kick = resolve
      })
      const ended = () => rest.abort(null)
      closed.addEventListener('abort', ended)
      await Promise.race([clock.sleep(beatMs, rest.signal).catch(() => {}), kicked])
      closed.removeEventListener('abort', ended)
      rest.abort(null)
      this.#kick = undefined
    }
  }

  async #beat(): Promise<void> {
    const { remote, guard, clock, partitions, instance, info } = this.#parts
    const sentMs = clock.monotonic()
    this.#watchForSuspension(sentMs)
    const row = await guard.probe('renewRow', null, () => remote.renewRow(instance, info))
    if (this.#registry?.nonce !== row.nonce || this.#registry.run !== row.run)
      this.#registry = { ...row, sinceMs: clock.monotonic() }
    const askedMs = clock.monotonic()
    const asked = partitions.map(({ gen, seen, connection }) => ({ gen, seen, connection }))
    const replies = await guard.probe('positions', null, () => remote.positions())
    const untilMs = sentMs + leaseMs - marginMs
    const behind: Promise<void>[] = []
    for (const reply of replies) {
      const partition = partitions[reply.partition]
      const before = asked[reply.partition]
      if (!partition || !before || 'error' in reply || partition.connection !== before.connection) continue
      if (partition.resyncing) continue
      if (partition.gen !== reply.gen || !partition.connected)
        behind.push(this.#resync(partition, untilMs, 'not in step'))
      else if (before.gen === reply.gen && reply.seq < before.seen)
        behind.push(this.#replaceGen(partition, reply.gen))
      else {
        partition.records.raiseFloor(reply.floor)
        partition.remoteOffsetMs = reply.timeMs - askedMs
        if (reply.seq <= partition.seen) partition.trust(untilMs)
        else void this.#awaitMessages(partition, reply, untilMs)
      }
    }
    await Promise.all(behind)
    for (const partition of partitions) if (partition.journal.size > 0) await this.#parts.replay(partition)
  }

  /** A resync that began after the renewal was sent has read what was invalidated before it. */
  async #resync(partition: Partition, untilMs: number, reason: string): Promise<void> {
    if ((await this.#parts.sync.resync(partition, reason)) && partition.connected && !partition.resyncing)
      partition.trust(untilMs)
  }

  /** The counter went back: an older copy of the server is there. */
  async #replaceGen(partition: Partition, gen: string): Promise<void> {
    const { remote, guard, sync } = this.#parts
    partition.distrust()
    await guard.probe('newGen', partition, () => remote.newGen(partition.index, gen)).catch(() => {})
    await sync.resync(partition, 'the counter went back')
  }

  async #awaitMessages(
    partition: Partition,
    { seq }: Exclude<PositionsReply, { error: unknown }>,
    untilMs: number,
  ): Promise<void> {
    const due = { seq, untilMs }
    partition.due = due
    try {
      await this.#parts.clock.sleep(graceMs, this.#parts.closed)
    } catch {
      return
    }
    if (partition.due !== due || partition.resyncing) return
    partition.due = null
    await this.#parts.sync.resync(partition, 'messages are late')
  }

  /** The monotonic clock stands still while a machine is suspended, and others' clocks go on. */
  #watchForSuspension(nowMs: number): void {
    const wallMs = this.#parts.clock.now()
    const drift = wallMs - this.#lastWallMs - (nowMs - this.#lastMs)
    if (this.#lastWallMs !== 0 && drift > suspendedMs)
      for (const partition of this.#parts.partitions) partition.distrust()
    this.#lastMs = nowMs
    this.#lastWallMs = wallMs
  }
}
