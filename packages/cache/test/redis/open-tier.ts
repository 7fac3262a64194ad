import { eventually } from '@voiceassist/testkit'
import { onTestFinished } from 'vitest'
import { type EnvelopeHeader, writeEnvelope } from '#src/codec/envelope'
import { partitionOf } from '#src/key/partition-of'
import { type RedisTierOptions, redisTier } from '#src/redis'
import type { Note, Position, RemoteMessage, RemoteTier, SetRequest } from '#src/remote/remote-tier'

let prefixes = 0

export interface Watched {
  readonly tier: RemoteTier
  readonly prefix: string
  readonly messages: RemoteMessage[]
  /** What else the listener was told, in order. */
  readonly told: string[]
  /** Connected partitions, at the moment. */
  readonly connected: Set<number>
  readonly bus: { up: boolean }
}

/** A tier with a prefix of its own, connected and subscribed. */
export async function openTier(
  options: RedisTierOptions,
  prefix = `t${process.pid}-${prefixes++}`,
): Promise<Watched> {
  const tier = redisTier(options)
  const watched: Watched = { tier, prefix, messages: [], told: [], connected: new Set(), bus: { up: false } }
  const { told, connected, bus } = watched
  tier.open(
    {
      message: message => watched.messages.push(message),
      busLost: () => {
        bus.up = false
        told.push('busLost')
      },
      busBack: () => {
        bus.up = true
        told.push('busBack')
      },
      connectionLost: partitions => {
        for (const partition of partitions) connected.delete(partition)
        told.push('connectionLost')
      },
      connected: partitions => {
        for (const partition of partitions) connected.add(partition)
        told.push('connected')
      },
    },
    { prefix, instance: 'me' },
  )
  onTestFinished(() => tier.close())
  await whole(watched)
  return watched
}

export async function whole({ tier, connected, bus }: Watched): Promise<void> {
  await eventually(() => {
    if (connected.size < tier.partitions || !bus.up) throw new Error('not connected')
  })
}

export const note: Note = { from: 'me', acknowledge: false }

export function at(key: string): { partition: number; key: string } {
  return { partition: partitionOf(key, 16), key }
}

export function envelope(header: Partial<EnvelopeHeader> = {}, payload = 'payload'): Buffer {
  const base = {
    gen: 'g'.repeat(16),
    seq: 0,
    expiresAtMs: 0,
    createdAtMs: 0,
    version: -1,
    loadMs: 1,
    staleMs: 0,
  }
  return writeEnvelope({
    header: { ...base, token: 'set', tags: [], ...header },
    flags: 0,
    payload: Buffer.from(payload),
  })
}

/** Acquires and fills `key`; the fill's reply and the envelope. */
export async function load(
  tier: RemoteTier,
  key: string,
  header: Partial<EnvelopeHeader> = {},
  lifeMs = 60_000,
) {
  const token = `load ${key}`
  const lease = await tier.acquire({ ...at(key), namespace: 'n', token, leaseMs: 10_000 })
  if (lease.outcome !== 'leased') throw new Error(lease.outcome)
  const { gen, seq, timeMs } = lease
  const bytes = envelope({ gen, seq, token, expiresAtMs: timeMs + lifeMs, ...header })
  const reply = await tier.fill({ ...at(key), namespace: 'n', token, envelope: bytes, keepMs: 120_000 })
  return { ...reply, envelope: bytes, lease }
}

export function setRequest(
  key: string,
  known: Position & { timeMs: number },
  more: Partial<SetRequest> = {},
): SetRequest {
  const { gen, seq, timeMs } = known
  const base = { ...at(key), namespace: 'n', tags: [], ttlMs: 60_000, keepMs: 60_000, version: -1, note }
  const request = { ...base, known: { gen, seq }, calledAtMs: timeMs, ...more }
  return { ...request, envelope: envelope({ tags: [...request.tags], version: request.version }) }
}
