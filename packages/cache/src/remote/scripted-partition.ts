import { type EnvelopeHeader, stampEnvelope } from '../codec/envelope.js'
import { readEnvelope } from '../codec/read-envelope.js'
import { PartitionRecords } from './partition-records.js'
import {
  type AcquireReply,
  type AcquireRequest,
  type FillReply,
  type FillRequest,
  type Meta,
  markMs,
  type Note,
  type PartitionPosition,
  type Position,
  type RemoteMessage,
  type Scope,
  type SetReply,
  type SetRequest,
} from './remote-tier.js'
import { TimedMap } from './timed-map.js'
import type { ValueStore } from './value-store.js'

/** What the partitions of a server have in common. */
export interface ScriptedSurroundings {
  /** Of this incarnation of the server. */
  run(): string
  /** The server's clock. */
  now(): number
  /** 16 ASCII characters that were never there before. */
  newGen(): string
  publish(message: RemoteMessage): void
}

export interface Lease extends Position {
  readonly token: string
  readonly untilMs: number
  readonly waited: boolean
}

/** What an invalidation leaves at a key. */
export interface Mark {
  readonly seq: number
  /** The highest that was removed or came too late; -1 for none. */
  readonly version: number
  /** Of the last one that was no set of a version: a version that was set before it may be older than its cause. */
  readonly barrier: number
  readonly untilMs: number
}

/**
 * One partition's atomic steps in plain JavaScript: what the scripts of a Redis do, each from its first line to its
 * last without anything between. A test's server and LMDB stand on it; see `RemoteTier` for what a step promises.
 */
export class ScriptedPartition {
  /** Undefined before the first step, and after a loss. */
  records: PartitionRecords | undefined
  leases = new TimedMap<Lease>()
  marks = new TimedMap<Mark>()
  readonly #partition: number
  readonly #values: ValueStore
  readonly #around: ScriptedSurroundings

  constructor(partition: number, values: ValueStore, around: ScriptedSurroundings) {
    this.#partition = partition
    this.#values = values
    this.#around = around
  }

  get(key: string): Buffer | undefined {
    return this.#values.get(key, this.#around.now())
  }

  keys(prefix: string, after: string | undefined, limit: number): string[] {
    return this.#values.keys(prefix, after, limit)
  }

  acquire(request: AcquireRequest): AcquireReply {
    const records = this.#records()
    const timeMs = this.#around.now()
    const position = { ...records.position, timeMs }
    const { key, namespace, token } = request
    const found = this.#read(key, timeMs)
    const good = found && !records.voids(found.header, key, namespace, found.header.tags)
    const expired = good && found.header.expiresAtMs <= timeMs
    if (good && !expired && found.header.token !== request.replaces)
      return { ...position, outcome: 'value', envelope: found.envelope }
    const other = this.leases.get(key, timeMs)
    if (other && !records.voids(other, key, namespace, [])) {
      this.leases.set(key, { ...other, waited: true }, timeMs)
      return { ...position, outcome: 'wait', leaseLeftMs: other.untilMs - timeMs }
    }
    const lease = { ...records.position, token, untilMs: timeMs + request.leaseMs, waited: false }
    this.leases.set(key, lease, timeMs)
    return { ...position, outcome: 'leased', ...(expired && { stale: found.envelope }) }
  }

  renew(key: string, token: string, leaseMs: number): boolean {
    const nowMs = this.#around.now()
    const lease = this.leases.get(key, nowMs)
    if (lease?.token !== token) return false
    this.leases.set(key, { ...lease, untilMs: nowMs + leaseMs }, nowMs)
    return true
  }

  fill(request: FillRequest): FillReply {
    const records = this.#records()
    const nowMs = this.#around.now()
    const { key, namespace, token, envelope, keepMs } = request
    const mine = this.leases.get(key, nowMs)?.token === token
    const { header } = readEnvelope(envelope)
    let stored = mine && !records.voids(header, key, namespace, header.tags) && keepMs > 0
    if (stored) stored = this.#store(key, envelope, nowMs + keepMs)
    this.release(key, token)
    return { ...records.position, stored }
  }

  release(key: string, token: string): void {
    const lease = this.leases.get(key, this.#around.now())
    if (lease?.token !== token) return
    this.leases.delete(key)
    if (lease.waited) this.#around.publish({ kind: 'wake', partition: this.#partition, key })
  }

  invalidateKeys(keys: readonly string[], note: Note): Position {
    const records = this.#records()
    const nowMs = this.#around.now()
    records.seq++
    for (const key of keys)
      if (!this.#invalidate(key, -1, records.seq, this.#read(key, nowMs)?.header, nowMs))
        return this.#freshGen(note)
    return this.#told(keys, note)
  }

  /** Publishes nothing unless it had to make a new gen: the server tells all partitions in one message. */
  invalidateScope(scope: Scope, note: Note): PartitionPosition & { readonly told: boolean } {
    const records = this.#records()
    records.seq++
    if (!records.record(scope, this.#around.now())) return { ...this.#freshGen(note), told: true }
    return { ...this.#position(), told: false }
  }

  set(request: SetRequest): SetReply {
    const records = this.#records()
    const timeMs = this.#around.now()
    const { key, version, known, note } = request
    const found = this.#read(key, timeMs)?.header
    const standing = found?.gen === records.gen ? found : undefined
    const mark = this.marks.get(key, timeMs)
    if (version >= 0 && Math.max(standing?.version ?? -1, mark?.version ?? -1) >= version)
      return { ...records.position, timeMs, outcome: 'kept' }
    const late =
      records.voids(known, key, request.namespace, request.tags) ||
      // Between two versions their numbers decide, whichever ran first.
      ((version >= 0 ? mark?.barrier : mark?.seq) ?? 0) > known.seq ||
      request.calledAtMs + markMs <= timeMs ||
      // What was loaded has no version: nobody knows which of the two is the newer one.
      (version >= 0 && standing !== undefined && standing.version < 0)
    records.seq++
    const barrier = version >= 0 && !late ? (mark?.barrier ?? 0) : records.seq
    if (!this.#invalidate(key, version, barrier, found, timeMs))
      return { ...this.#freshGen(note), timeMs, outcome: 'invalidated' }
    const stamp = { ...records.position, createdAtMs: timeMs, expiresAtMs: timeMs + request.ttlMs }
    const stored =
      !late &&
      request.keepMs > 0 &&
      this.#store(key, stampEnvelope(request.envelope, stamp), timeMs + request.keepMs)
    return { ...this.#told([key], note), timeMs, outcome: stored ? 'stored' : 'invalidated' }
  }

  readMeta(): Meta {
    const { gen, seq, floor, namespaces, tags, patterns } = this.#checkedRecords()
    return {
      gen,
      seq,
      floor,
      timeMs: this.#around.now(),
      namespaces: new Map(namespaces),
      tags: new Map(tags),
      patterns: new Map([...patterns].map(([name, record]) => [name, record.seq])),
    }
  }

  position(): PartitionPosition & { readonly floor: number; readonly timeMs: number } {
    const { floor } = this.#checkedRecords()
    return { ...this.#position(), floor, timeMs: this.#around.now() }
  }

  newGen(gen: string): void {
    if (this.#records().gen === gen) this.#freshGen(nobody)
  }

  #records(): PartitionRecords {
    if (!this.records) this.#freshGen(nobody)
    return this.records as PartitionRecords
  }

  #checkedRecords(): PartitionRecords {
    if (this.records && this.records.run !== this.#around.run()) this.#freshGen(nobody)
    return this.#records()
  }

  #freshGen(note: Note): PartitionPosition {
    this.records = new PartitionRecords(
      this.#around.newGen(),
      this.#around.run(),
      (this.records?.seq ?? 0) + 1,
    )
    return this.#publish({ kind: 'all' }, note)
  }

  #position(): PartitionPosition {
    return { partition: this.#partition, ...this.#records().position }
  }

  #told(names: readonly string[], note: Note): PartitionPosition {
    return this.#publish({ kind: 'keys', names: [...names] }, note)
  }

  #publish(
    scope: { kind: 'keys'; names: readonly string[] } | { kind: 'all' },
    note: Note,
  ): PartitionPosition {
    const position = this.#position()
    this.#around.publish({ kind: 'invalidated', at: [position], scope, note })
    return position
  }

  /** False when the value could not be removed. */
  #invalidate(
    key: string,
    version: number,
    barrier: number,
    removed: EnvelopeHeader | undefined,
    nowMs: number,
  ): boolean {
    const before = this.marks.get(key, nowMs)?.version ?? -1
    const mark = {
      seq: (this.records as PartitionRecords).seq,
      version: Math.max(version, before, removed?.version ?? -1),
      barrier,
      untilMs: nowMs + markMs,
    }
    this.marks.set(key, mark, nowMs)
    this.leases.delete(key)
    try {
      this.#values.remove(key)
      return true
    } catch {
      return false
    }
  }

  #store(key: string, envelope: Buffer, removeAtMs: number): boolean {
    try {
      this.#values.put(key, envelope, removeAtMs)
      return true
    } catch {
      return false
    }
  }

  #read(key: string, nowMs: number): { envelope: Buffer; header: EnvelopeHeader } | undefined {
    const envelope = this.#values.get(key, nowMs)
    try {
      return envelope && { envelope, header: readEnvelope(envelope).header }
    } catch {
      return undefined // Damaged, or of another version of this package: as good as absent.
    }
  }
}

const nobody: Note = { from: '', acknowledge: false }
