import type {
  Confirmation,
  Note,
  PartitionPosition,
  Registry,
  RegistryId,
  RemoteMessage,
  Scope,
} from './remote-tier.js'
import { ScriptedPartition, type ScriptedSurroundings } from './scripted-partition.js'
import type { ValueStore } from './value-store.js'

export interface ScriptedServerOptions {
  readonly partitions: number
  /** The server's clock, in milliseconds. */
  now(): number
  /** 16 ASCII characters that were never there before. */
  newId(): string
  run(): string
  /** The values of one partition. */
  values(partition: number): ValueStore
}

interface Row {
  readonly counter: number
  readonly info: string
  readonly atMs: number
}

export interface RegistryState {
  readonly nonce: string
  /** Of all rows together: a row that was removed comes back with another counter. */
  readonly heartbeats: number
  readonly rows: ReadonlyMap<string, Row>
}

/** What instances with one prefix share: partitions, the registry and the bus; each method is one atomic step. */
export class ScriptedServer {
  readonly partitions: readonly ScriptedPartition[]
  /** Undefined before the first row, and after a loss. */
  registryState: RegistryState | undefined
  readonly #options: ScriptedServerOptions
  readonly #subscribers = new Map<string, (message: RemoteMessage) => void>()

  constructor(options: ScriptedServerOptions) {
    this.#options = options
    const around: ScriptedSurroundings = {
      run: options.run,
      now: options.now,
      newGen: options.newId,
      publish: message => this.#publish(message),
    }
    this.partitions = Array.from(
      { length: options.partitions },
      (_, at) => new ScriptedPartition(at, options.values(at), around),
    )
  }

  /** Called within the step that publishes; the receiver must not act before it has returned. */
  subscribe(instance: string, receive: (message: RemoteMessage) => void): void {
    this.#subscribers.set(instance, receive)
  }

  unsubscribe(instance: string): void {
    this.#subscribers.delete(instance)
  }

  partition(at: number): ScriptedPartition {
    const partition = this.partitions[at]
    if (!partition) throw new RangeError(`There is no partition ${at}`)
    return partition
  }

  invalidateScope(partitions: readonly number[], scope: Scope, note: Note): PartitionPosition[] {
    const replies = partitions.map(at => this.partition(at).invalidateScope(scope, note))
    const positions = replies.map(({ partition, gen, seq }) => ({ partition, gen, seq }))
    const at = positions.filter((_, index) => !replies[index]?.told)
    if (at.length > 0) this.#publish({ kind: 'invalidated', at, scope, note })
    return positions
  }

  renewRow(instance: string, info: string): RegistryId {
    const before = this.registryState ?? { nonce: this.#options.newId(), heartbeats: 0, rows: new Map() }
    const counter = before.heartbeats + 1
    const rows = new Map(before.rows).set(instance, { counter, info, atMs: this.#options.now() })
    this.registryState = { nonce: before.nonce, heartbeats: counter, rows }
    return { nonce: before.nonce, run: this.#options.run() }
  }

  registry(): Registry {
    const { nonce, rows } = this.registryState ?? { nonce: '', rows: new Map<string, Row>() }
    const nowMs = this.#options.now()
    return {
      nonce,
      run: this.#options.run(),
      rows: new Map(
        [...rows].map(([instance, { counter, info, atMs }]) => [
          instance,
          { counter, info, ageMs: Math.max(0, nowMs - atMs) },
        ]),
      ),
    }
  }

  removeRow(instance: string, counter: number | 'any'): void {
    const row = this.registryState?.rows.get(instance)
    if (!this.registryState || !row || (counter !== 'any' && row.counter !== counter)) return
    const rows = new Map(this.registryState.rows)
    rows.delete(instance)
    this.registryState = { ...this.registryState, rows }
  }

  confirm(to: string, confirmation: Confirmation): void {
    this.#subscribers.get(to)?.({ kind: 'confirmed', confirmation })
  }

  #publish(message: RemoteMessage): void {
    for (const receive of this.#subscribers.values()) receive(message)
  }
}
