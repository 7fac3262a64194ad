/**
 * The port of the second tier. Keys fall into partitions; each method that names one is a single atomic step there.
 * A partition keeps: `gen` (a random id of 16 characters), `run` (the server's incarnation when gen was made), `seq` (a
 * counter of invalidations), for namespaces, tags and patterns the seq of their last invalidation, `floor` (the seq
 * below which a tagged value is void, since records were dropped), values, leases and marks. A new gen voids all.
 * docs/decisions has the protocol and its reasons.
 *
 * Every method rejects with CACHE_REMOTE_UNAVAILABLE or a client's own error when the tier does not answer. Deadlines
 * are the caller's: a method may stay pending for ever, and what was sent may still run.
 */
export interface RemoteTier {
  /** 'redis', 'lmdb', …: for statistics and messages. */
  readonly kind: string
  readonly partitions: number
  /**
   * Starts to connect and to subscribe, and goes on trying until `close`; never throws. The listener is told
   * `connected` for each partition before its methods are called.
   */
  open(listener: RemoteListener, identity: RemoteIdentity): void
  /** Ends subscriptions and connections that the tier opened itself. */
  close(): Promise<void>

  /** Plain reads, of any partitions, in the order asked; pipelined with their neighbours. The envelope's bytes. */
  get(partition: number, key: string): Promise<Buffer | undefined>
  getMany(keys: readonly RemoteKey[]): Promise<(Buffer | undefined)[]>

  /** A lease for who will load the key, unless a value is good or somebody else holds one. */
  acquire(request: AcquireRequest): Promise<AcquireReply>
  /** Keeps a lease alive; false when it is no longer this token's. */
  renew(partition: number, key: string, token: string, leaseMs: number): Promise<boolean>
  /** Stores what was loaded under a lease, and ends it, if the lease is this token's and the value is not void. */
  fill(request: FillRequest): Promise<FillReply>
  /** Ends a lease without a value. */
  release(partition: number, key: string, token: string): Promise<void>

  /** seq + 1; values and leases go, marks stay for `markMs`; one message. */
  invalidateKeys(partition: number, keys: readonly string[], note: Note): Promise<Position>
  /** seq + 1 and a record in each of the partitions; one message where one step can reach several of them. */
  invalidateScope(partitions: readonly number[], scope: Scope, note: Note): Promise<readonly PositionReply[]>
  /** An invalidation and, if nothing came between, a value. */
  set(request: SetRequest): Promise<SetReply>
  /** Keys that are stored; each batch, perhaps empty, is one answer. Throws when the topology changed meanwhile, and is then asked again. */
  scan(literalPrefix: string): AsyncIterable<readonly RemoteKey[]>

  /** All of a partition's records. Makes a new gen first when there is none, or `run` is no longer the server's. */
  readMeta(partition: number): Promise<Meta>
  /** Position, floor and clock of each partition, `run` checked as by `readMeta`. */
  positions(): Promise<readonly PositionsReply[]>
  /** Replaces `gen` by a new one if it is still this one: all before it is void. */
  newGen(partition: number, gen: string): Promise<void>

  /** Counts a heartbeat of this instance in the registry, and says which registry it is. */
  renewRow(instance: string, info: string): Promise<RegistryId>
  registry(): Promise<Registry>
  /** Removes a row if it still has this counter. */
  removeRow(instance: string, counter: number | 'any'): Promise<void>
  /** Tells one instance that a message was applied here. */
  confirm(to: string, confirmation: Confirmation): Promise<void>

  /** What the tier holds, as far as it can tell cheaply; of a shared server, of the whole of it. */
  size(): Promise<{ readonly entries: number; readonly bytes: number; readonly evictions: number }>
}

export interface RemoteIdentity {
  /** Keeps applications on one server apart; part of every name that the tier writes. */
  readonly prefix: string
  /** Of this instance: confirmations are sent to it. */
  readonly instance: string
}

export interface RemoteListener {
  /** In the order in which a partition's steps ran; may be lost, and twice. */
  message(message: RemoteMessage): void
  /** From now on messages may be missed; until `busBack`. */
  busLost(): void
  /** Subscribed (again): every later message comes. Also the first time. */
  busBack(): void
  /** Called before any reply that another server, or another incarnation, could have given. */
  connectionLost(partitions: readonly number[]): void
  connected(partitions: readonly number[]): void
}

export type RemoteMessage =
  | {
      readonly kind: 'invalidated'
      readonly at: readonly PartitionPosition[]
      readonly scope: Invalidated
      readonly note: Note
    }
  /** A lease ended that somebody was told to wait for. */
  | { readonly kind: 'wake'; readonly partition: number; readonly key: string }
  | { readonly kind: 'confirmed'; readonly confirmation: Confirmation }

export interface RemoteKey {
  readonly partition: number
  readonly key: string
}

export interface Position {
  readonly gen: string
  readonly seq: number
}

export interface PartitionPosition extends Position {
  readonly partition: number
}

/** Namespaces, tags (several in one step) or patterns that are invalidated. */
export interface Scope {
  readonly kind: 'namespaces' | 'tags' | 'patterns'
  readonly names: readonly string[]
}

/** What an invalidation reaches; 'all' is a new gen. */
export type Invalidated =
  | Scope
  | { readonly kind: 'keys'; readonly names: readonly string[] }
  | { readonly kind: 'all' }

/** Who invalidates, and whether it waits for confirmations. */
export interface Note {
  readonly from: string
  readonly acknowledge: boolean
}

export type PositionReply = PartitionPosition | { readonly partition: number; readonly error: unknown }

export type PositionsReply =
  | (PartitionPosition & { readonly floor: number; readonly timeMs: number })
  | { readonly partition: number; readonly error: unknown }

export interface AcquireRequest extends RemoteKey {
  readonly namespace: string
  readonly token: string
  readonly leaseMs: number
  /** Refresh-ahead: the value of this token counts as absent. */
  readonly replaces?: string
}

export type AcquireReply = Position & {
  /** The tier's clock. */
  readonly timeMs: number
} & (
    | { readonly outcome: 'value'; readonly envelope: Buffer }
    | { readonly outcome: 'wait'; readonly leaseLeftMs: number }
    | { readonly outcome: 'leased' /** Expired, not void. */; readonly stale?: Buffer }
  )

export interface FillRequest extends RemoteKey {
  readonly namespace: string
  readonly token: string
  /** Its header carries gen, seq and tags. */
  readonly envelope: Buffer
  /** How long the tier keeps it: until its expiry and what `staleIfError` adds. */
  readonly keepMs: number
}

export interface FillReply extends Position {
  readonly stored: boolean
}

export interface SetRequest extends RemoteKey {
  readonly namespace: string
  /** gen, seq, createdAtMs and expiresAtMs in its header are written by the tier. */
  readonly envelope: Buffer
  readonly tags: readonly string[]
  readonly ttlMs: number
  readonly keepMs: number
  /** What was known when the caller called: an invalidation above it wins. */
  readonly known: Position
  /** The tier's clock at the call, as far as the caller knows it: a set older than a mark only invalidates. */
  readonly calledAtMs: number
  /** Only over a lower one; -1 without. */
  readonly version: number
  readonly note: Note
}

export interface SetReply extends Position {
  /** 'kept': a version that is not lower stands, and nothing was changed. 'invalidated': something came first. */
  readonly outcome: 'stored' | 'invalidated' | 'kept'
  readonly timeMs: number
}

export interface Meta extends Position {
  readonly floor: number
  readonly timeMs: number
  readonly namespaces: ReadonlyMap<string, number>
  readonly tags: ReadonlyMap<string, number>
  readonly patterns: ReadonlyMap<string, number>
}

export interface RegistryId {
  /** Of this registry; another one after a loss. */
  readonly nonce: string
  readonly run: string
}

export interface Registry extends RegistryId {
  readonly rows: ReadonlyMap<string, RegistryRow>
}

export interface RegistryRow {
  readonly counter: number
  readonly info: string
  /** Since its last heartbeat, by the tier's clock. */
  readonly ageMs: number
}

export interface Confirmation extends PartitionPosition {
  readonly from: string
}

/** A mark outlives any operation that can be under way. */
export const markMs = 30_000
/** Records of tags that a partition keeps; the oldest go, and `floor` rises to them. */
export const maxTagRecords = 4096
/** A pattern's record outlives every lease that was older than it. */
export const patternRecordMs = 360_000
