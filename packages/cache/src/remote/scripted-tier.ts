import type {
  AcquireReply,
  AcquireRequest,
  Confirmation,
  FillReply,
  FillRequest,
  Meta,
  Note,
  Position,
  PositionReply,
  PositionsReply,
  Registry,
  RegistryId,
  RemoteIdentity,
  RemoteKey,
  RemoteListener,
  RemoteTier,
  Scope,
  SetReply,
  SetRequest,
} from './remote-tier.js'
import type { ScriptedServer } from './scripted-server.js'

/** A method of the port that is on its way. */
export interface RemoteOperation {
  readonly name: Exclude<keyof RemoteTier, 'kind' | 'partitions' | 'open' | 'close'>
  /** Absent for those of several partitions, or of none. */
  readonly partition?: number
  readonly key?: string
  /** What the method was called with. */
  readonly args: readonly unknown[]
}

/** How one instance reaches the steps of a `ScriptedServer`. */
export interface ScriptedLink {
  readonly kind: string
  readonly partitions: number
  open(listener: RemoteListener, identity: RemoteIdentity): void
  /** Rejects when the server is not open, or out of reach. */
  run<Result>(operation: RemoteOperation, step: (server: ScriptedServer) => Result): Promise<Result>
  size(): { readonly entries: number; readonly bytes: number; readonly evictions: number }
  close(): Promise<void>
}

const batchSize = 500

/** The port on a server in this process. */
export class ScriptedTier implements RemoteTier {
  readonly kind: string
  readonly partitions: number
  readonly #link: ScriptedLink

  constructor(link: ScriptedLink) {
    this.#link = link
    this.kind = link.kind
    this.partitions = link.partitions
  }

  open(listener: RemoteListener, identity: RemoteIdentity): void {
    this.#link.open(listener, identity)
  }

  close(): Promise<void> {
    return this.#link.close()
  }

  get(partition: number, key: string): Promise<Buffer | undefined> {
    return this.#link.run({ name: 'get', partition, key, args: [partition, key] }, server =>
      server.partition(partition).get(key),
    )
  }

  getMany(keys: readonly RemoteKey[]): Promise<(Buffer | undefined)[]> {
    return this.#link.run({ name: 'getMany', args: [keys] }, server =>
      keys.map(({ partition, key }) => server.partition(partition).get(key)),
    )
  }

  acquire(request: AcquireRequest): Promise<AcquireReply> {
    const { partition, key } = request
    return this.#link.run({ name: 'acquire', partition, key, args: [request] }, server =>
      server.partition(partition).acquire(request),
    )
  }

  renew(partition: number, key: string, token: string, leaseMs: number): Promise<boolean> {
    return this.#link.run({ name: 'renew', partition, key, args: [partition, key, token, leaseMs] }, server =>
      server.partition(partition).renew(key, token, leaseMs),
    )
  }

  fill(request: FillRequest): Promise<FillReply> {
    const { partition, key } = request
    return this.#link.run({ name: 'fill', partition, key, args: [request] }, server =>
      server.partition(partition).fill(request),
    )
  }

  release(partition: number, key: string, token: string): Promise<void> {
    return this.#link.run({ name: 'release', partition, key, args: [partition, key, token] }, server =>
      server.partition(partition).release(key, token),
    )
  }

  invalidateKeys(partition: number, keys: readonly string[], note: Note): Promise<Position> {
    return this.#link.run({ name: 'invalidateKeys', partition, args: [partition, keys, note] }, server =>
      server.partition(partition).invalidateKeys(keys, note),
    )
  }

  invalidateScope(
    partitions: readonly number[],
    scope: Scope,
    note: Note,
  ): Promise<readonly PositionReply[]> {
    return this.#link.run({ name: 'invalidateScope', args: [partitions, scope, note] }, server =>
      server.invalidateScope(partitions, scope, note),
    )
  }

  set(request: SetRequest): Promise<SetReply> {
    const { partition, key } = request
    return this.#link.run({ name: 'set', partition, key, args: [request] }, server =>
      server.partition(partition).set(request),
    )
  }

  async *scan(literalPrefix: string): AsyncIterable<readonly RemoteKey[]> {
    for (let partition = 0; partition < this.partitions; partition++) {
      let after: string | undefined
      do {
        const from = after
        const keys = await this.#link.run({ name: 'scan', partition, args: [literalPrefix] }, server =>
          server.partition(partition).keys(literalPrefix, from, batchSize),
        )
        yield keys.map(key => ({ partition, key }))
        after = keys.length === batchSize ? keys.at(-1) : undefined
      } while (after !== undefined)
    }
  }

  readMeta(partition: number): Promise<Meta> {
    return this.#link.run({ name: 'readMeta', partition, args: [partition] }, server =>
      server.partition(partition).readMeta(),
    )
  }

  positions(): Promise<readonly PositionsReply[]> {
    return this.#link.run({ name: 'positions', args: [] }, server =>
      server.partitions.map(partition => partition.position()),
    )
  }

  newGen(partition: number, gen: string): Promise<void> {
    return this.#link.run({ name: 'newGen', partition, args: [partition, gen] }, server =>
      server.partition(partition).newGen(gen),
    )
  }

  renewRow(instance: string, info: string): Promise<RegistryId> {
    return this.#link.run({ name: 'renewRow', args: [instance, info] }, server =>
      server.renewRow(instance, info),
    )
  }

  registry(): Promise<Registry> {
    return this.#link.run({ name: 'registry', args: [] }, server => server.registry())
  }

  removeRow(instance: string, counter: number | 'any'): Promise<void> {
    return this.#link.run({ name: 'removeRow', args: [instance, counter] }, server =>
      server.removeRow(instance, counter),
    )
  }

  confirm(to: string, confirmation: Confirmation): Promise<void> {
    const { partition } = confirmation
    return this.#link.run({ name: 'confirm', partition, args: [to, confirmation] }, server =>
      server.confirm(to, confirmation),
    )
  }

  size(): Promise<{ readonly entries: number; readonly bytes: number; readonly evictions: number }> {
    return this.#link.run({ name: 'size', args: [] }, () => this.#link.size())
  }
}
