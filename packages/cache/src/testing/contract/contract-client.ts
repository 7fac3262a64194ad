import assert from 'node:assert/strict'
import { type EnvelopeHeader, writeEnvelope } from '../../codec/envelope.js'
import { readEnvelope } from '../../codec/read-envelope.js'
import { partitionOf } from '../../key/partition-of.js'
import type {
  AcquireReply,
  AcquireRequest,
  FillReply,
  Note,
  Position,
  PositionReply,
  RemoteMessage,
  RemoteTier,
  Scope,
  SetReply,
  SetRequest,
} from '../../remote/remote-tier.js'

/** Far above what a test takes: a lease, or a value, that shall not end. */
export const longMs = 600_000

export interface Loaded extends FillReply {
  readonly envelope: Buffer
}

export type Leased = Extract<AcquireReply, { outcome: 'leased' }>

type Invalidation = Extract<RemoteMessage, { kind: 'invalidated' }>

type HeaderPart = Partial<
  Pick<EnvelopeHeader, 'seq' | 'token' | 'tags' | 'staleMs' | 'version' | 'expiresAtMs'>
>

/** One instance of the contract's tests: a tier, what it was told, and calls with the usual arguments. */
export class ContractClient {
  readonly tier: RemoteTier
  readonly instance: string
  readonly messages: RemoteMessage[] = []
  readonly #connected = new Set<number>()
  #busIsBack = false
  #tokens = 0

  constructor(tier: RemoteTier, instance: string, prefix: string) {
    this.tier = tier
    this.instance = instance
    tier.open(
      {
        message: message => this.messages.push(message),
        busLost: () => {
          this.#busIsBack = false
        },
        busBack: () => {
          this.#busIsBack = true
        },
        connectionLost: partitions => {
          for (const partition of partitions) this.#connected.delete(partition)
        },
        connected: partitions => {
          for (const partition of partitions) this.#connected.add(partition)
        },
      },
      { prefix, instance },
    )
  }

  get note(): Note {
    return { from: this.instance, acknowledge: false }
  }

  /** Until it may be asked, and hears all that follows. */
  async ready(): Promise<void> {
    await until('connected', () => this.#busIsBack && this.#connected.size === this.tier.partitions)
  }

  partition(key: string): number {
    return partitionOf(key, this.tier.partitions)
  }

  get(key: string): Promise<Buffer | undefined> {
    return this.tier.get(this.partition(key), key)
  }

  acquire(
    key: string,
    part: Partial<Pick<AcquireRequest, 'token' | 'leaseMs' | 'replaces'>> = {},
  ): Promise<AcquireReply> {
    const token = part.token ?? this.token()
    return this.tier.acquire({
      partition: this.partition(key),
      key,
      namespace: namespaceOf(key),
      leaseMs: longMs,
      ...part,
      token,
    })
  }

  async lease(
    key: string,
    token: string,
    part: { leaseMs?: number; replaces?: string } = {},
  ): Promise<Leased> {
    const reply = await this.acquire(key, { token, ...part })
    assert.equal(reply.outcome, 'leased')
    return reply as Leased
  }

  async fill(
    key: string,
    token: string,
    at: Position & { readonly timeMs: number },
    part: HeaderPart & { keepMs?: number; payload?: Buffer } = {},
  ): Promise<Loaded> {
    const { payload = Buffer.from(`of ${token}`), keepMs = longMs, ...header } = part
    const envelope = writeEnvelope({
      header: {
        gen: at.gen,
        seq: at.seq,
        expiresAtMs: at.timeMs + longMs,
        createdAtMs: at.timeMs,
        version: -1,
        loadMs: 3,
        staleMs: 0,
        token,
        tags: [],
        ...header,
      },
      flags: 0,
      payload,
    })
    const request = {
      partition: this.partition(key),
      key,
      namespace: namespaceOf(key),
      token,
      envelope,
      keepMs,
    }
    return { ...(await this.tier.fill(request)), envelope }
  }

  /** Acquires and fills, which must succeed. */
  async load(key: string, part: HeaderPart & { keepMs?: number; payload?: Buffer } = {}): Promise<Loaded> {
    const token = this.token()
    const filled = await this.fill(key, token, await this.lease(key, token), part)
    assert.equal(filled.stored, true, 'a fill under a lease was refused')
    return filled
  }

  /** Where the key's partition stands, as a caller of `set` knows it. */
  async known(key: string): Promise<Position & { readonly timeMs: number }> {
    const { gen, seq, timeMs } = await this.tier.readMeta(this.partition(key))
    return { gen, seq, timeMs }
  }

  set(
    key: string,
    known: Position & { readonly timeMs: number },
    part: Partial<Pick<SetRequest, 'tags' | 'version' | 'keepMs' | 'calledAtMs' | 'ttlMs'>> = {},
  ): Promise<SetReply> {
    const { tags = [], version = -1 } = part
    const header = {
      gen: '-'.repeat(16),
      seq: 0,
      expiresAtMs: 0,
      createdAtMs: 0,
      version,
      loadMs: 0,
      staleMs: 7,
      token: `set ${version}`,
      tags,
    }
    return this.tier.set({
      partition: this.partition(key),
      key,
      namespace: namespaceOf(key),
      envelope: writeEnvelope({ header, flags: 4, payload: Buffer.from(`version ${version}`) }),
      ttlMs: longMs,
      keepMs: longMs,
      calledAtMs: known.timeMs,
      note: this.note,
      ...part,
      tags,
      version,
      known: { gen: known.gen, seq: known.seq },
    })
  }

  invalidate(key: string): Promise<Position> {
    return this.tier.invalidateKeys(this.partition(key), [key], this.note)
  }

  async invalidateScope(kind: Scope['kind'], ...names: string[]): Promise<readonly PositionReply[]> {
    const replies = await this.tier.invalidateScope(this.partitions, { kind, names }, this.note)
    for (const reply of replies) assert.ok('gen' in reply, 'an invalidation failed')
    return replies
  }

  get partitions(): number[] {
    return Array.from({ length: this.tier.partitions }, (_, partition) => partition)
  }

  /** All messages that were sent before this call, to this key's partition, have come when it resolves. */
  async heardAll(key: string): Promise<void> {
    const fence = await this.invalidate(key)
    await until('a message arrives', () => this.invalidations().some(({ at }) => includes(at, fence)))
  }

  /** Those of new gens left out: a store makes its first gens whenever it likes. */
  invalidations(): Invalidation[] {
    return this.#invalidated().filter(({ scope }) => scope.kind !== 'all')
  }

  newGens(): Invalidation[] {
    return this.#invalidated().filter(({ scope }) => scope.kind === 'all')
  }

  #invalidated(): Invalidation[] {
    return this.messages.filter(message => message.kind === 'invalidated')
  }

  wakes(key: string): number {
    return this.messages.filter(message => message.kind === 'wake' && message.key === key).length
  }

  token(): string {
    return `${this.instance}-${++this.#tokens}`
  }
}

/** Waits for what comes by itself; ten seconds is more than a healthy store ever takes. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (let turn = 0; !holds(); turn++) {
    assert.ok(turn < 2000, `Waited ten seconds in vain: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

export function namespaceOf(key: string): string {
  return key.includes(':') ? key.slice(0, key.indexOf(':')) : 'default'
}

export function tokenOf(envelope: Buffer | undefined): string | undefined {
  return envelope && readEnvelope(envelope).header.token
}

function includes(at: readonly Position[], position: Position): boolean {
  return at.some(({ gen, seq }) => gen === position.gen && seq === position.seq)
}
