import type { Clock } from '@voiceassist/kernel'
import type { PartitionRecords } from '../remote/partition-records.js'
import type { RemoteTier } from '../remote/remote-tier.js'
import type { Lease, Mark } from '../remote/scripted-partition.js'
import { type RegistryState, ScriptedServer } from '../remote/scripted-server.js'
import { ScriptedTier } from '../remote/scripted-tier.js'
import type { TimedMap } from '../remote/timed-map.js'
import type { CallPlan, GatedMessage, GatedOperation, MessagePlan } from './memory-gate.js'
import { MemoryLink } from './memory-link.js'
import { type Kept, MemoryValues } from './memory-values.js'

export interface MemoryServerOptions {
  readonly clock: Clock
  /** @default 4 */
  readonly partitions?: number
  /** From 0 up to 1, for ids: a seeded one makes a run repeatable. @default Math.random */
  readonly random?: () => number
}

/** Everything that a server held at one moment. */
export interface MemorySnapshot {
  readonly spaces: ReadonlyMap<string, SpaceSnapshot>
}

interface SpaceSnapshot {
  readonly registry: RegistryState | undefined
  readonly partitions: readonly {
    readonly records: PartitionRecords | undefined
    readonly leases: TimedMap<Lease>
    readonly marks: TimedMap<Mark>
    readonly values: ReadonlyMap<string, Kept>
  }[]
}

export interface RestartOptions {
  /** What it holds afterwards: all that it held, nothing, or what it held then. @default 'kept' */
  readonly values?: 'kept' | 'lost' | MemorySnapshot
  /** Instances that are not told: their calls stay pending and no message comes, until their link reconnects. */
  readonly unnoticed?: readonly string[]
}

interface Space {
  readonly server: ScriptedServer
  readonly values: readonly MemoryValues[]
}

/**
 * A second tier for tests, in this process: a server that several instances share, each through a tier of its own.
 * It does what a Redis does, at once and in order; `gate` and `messages` hold, lose, repeat and reorder what goes to
 * it and what comes from it, and the other methods break it.
 */
export class MemoryServer {
  readonly partitions: number
  /** Asked for every call, when it is made. */
  gate: (operation: GatedOperation) => CallPlan | undefined = () => undefined
  /** Asked for every message and instance, within the step that sends it. */
  messages: (message: GatedMessage) => MessagePlan = () => undefined
  readonly #clock: Clock
  readonly #random: () => number
  readonly #spaces = new Map<string, Space>()
  readonly #links = new Set<MemoryLink>()
  #run: string
  #skewMs = 0

  constructor(options: MemoryServerOptions) {
    this.#clock = options.clock
    this.#random = options.random ?? Math.random
    this.partitions = options.partitions ?? 4
    this.#run = this.#newId()
  }

  /** For one instance, whose cache opens it. */
  tier(): RemoteTier {
    const server = this
    const link = new MemoryLink({
      partitions: this.partitions,
      get run() {
        return server.#run
      },
      gate: operation => this.gate(operation),
      deliver: message => this.messages(message),
      space: prefix => this.#space(prefix).server,
      size: () => this.#size(),
    })
    this.#links.add(link)
    return new ScriptedTier(link)
  }

  /** The link of an instance that has opened its tier; of two with that name, the later one. */
  link(instance: string): MemoryLink {
    const link = [...this.#links].findLast(each => each.instance === instance)
    if (!link) throw new Error(`No instance ${instance} has opened a tier of this server`)
    return link
  }

  /** By its clock; forward, or back. */
  stepClock(ms: number): void {
    this.#skewMs += ms
  }

  snapshot(): MemorySnapshot {
    return { spaces: new Map([...this.#spaces].map(([prefix, space]) => [prefix, snapshotOf(space)])) }
  }

  /**
   * Ends this incarnation and starts another: `run` is new, calls that have not run never will, and every instance
   * loses connection and bus and gets them back.
   */
  restart({ values = 'kept', unnoticed = [] }: RestartOptions = {}): void {
    this.#run = this.#newId()
    if (values !== 'kept') {
      for (const [prefix, space] of this.#spaces) {
        const snapshot = values === 'lost' ? undefined : values.spaces.get(prefix)
        restore(space, snapshot)
      }
    }
    for (const link of this.#links) {
      if (unnoticed.includes(link.instance)) continue
      link.cutBus()
      link.cut()
      queueMicrotask(() => {
        link.reconnectBus()
        link.reconnect()
      })
    }
  }

  /** What a server short of memory, or an operator, takes away: of one key, of a partition, or everywhere. */
  evict(what: 'value' | 'lease' | 'mark' | 'meta' | 'registry', partition?: number, key?: string): void {
    for (const { server, values } of this.#spaces.values()) {
      if (what === 'registry') server.registryState = undefined
      for (const [at, each] of server.partitions.entries()) {
        if (partition !== undefined && partition !== at) continue
        if (what === 'meta') each.records = undefined
        const held = { value: values[at]?.kept, lease: each.leases, mark: each.marks, meta: undefined }
        const from = what === 'registry' ? undefined : held[what]
        if (key === undefined) from?.clear()
        else from?.delete(key)
      }
    }
  }

  #space(prefix: string): Space {
    const known = this.#spaces.get(prefix)
    if (known) return known
    const values = Array.from({ length: this.partitions }, () => new MemoryValues())
    const server = new ScriptedServer({
      partitions: this.partitions,
      now: () => this.#clock.now() + this.#skewMs,
      newId: () => this.#newId(),
      run: () => this.#run,
      values: at => values[at] as MemoryValues,
    })
    const space = { server, values }
    this.#spaces.set(prefix, space)
    return space
  }

  #newId(): string {
    return Array.from({ length: 16 }, () => Math.floor(this.#random() * 36).toString(36)).join('')
  }

  #size(): { entries: number; bytes: number; evictions: number } {
    let entries = 0
    let bytes = 0
    for (const { values } of this.#spaces.values())
      for (const { kept } of values) {
        entries += kept.size
        for (const { envelope } of kept.values()) bytes += envelope.length
      }
    return { entries, bytes, evictions: 0 }
  }
}

export function memoryServer(options: MemoryServerOptions): MemoryServer {
  return new MemoryServer(options)
}

function snapshotOf({ server, values }: Space): SpaceSnapshot {
  return {
    registry: server.registryState,
    partitions: server.partitions.map((partition, at) => ({
      records: partition.records?.copy(),
      leases: partition.leases.copy(),
      marks: partition.marks.copy(),
      values: new Map(values[at]?.kept),
    })),
  }
}

function restore({ server, values }: Space, snapshot: SpaceSnapshot | undefined): void {
  server.registryState = snapshot?.registry
  for (const [at, partition] of server.partitions.entries()) {
    const then = snapshot?.partitions[at]
    partition.records = then?.records?.copy()
    if (then) {
      partition.leases = then.leases.copy()
      partition.marks = then.marks.copy()
    } else {
      partition.leases.clear()
      partition.marks.clear()
    }
    const kept = values[at] as MemoryValues
    kept.kept = new Map(then?.values)
  }
}
