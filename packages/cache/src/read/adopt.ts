import { CacheError } from '../cache-error.js'
import { StoredValue } from '../codec/stored-value.js'
import type { Core } from '../core.js'
import { frozen } from '../memory/frozen.js'
import { keep } from '../memory/keep.js'
import { type HeldValue, privateCopy } from '../memory/private-copy.js'
import type { Arriving } from '../mirror/arriving.js'
import type { LoadedValue } from '../mirror/loaded-value.js'
import type { Partition } from '../mirror/partition.js'
import type { EntryPolicy } from '../policy/entry-policy.js'

export type Judge = 'mirror' | 'script'

/**
 * Takes a value of the second tier, and keeps it in memory. A plain read is believed only under trust and by what is
 * known here; what a script judged has been judged by the tier itself. Undefined: it may not be taken.
 * @throws CacheError CACHE_VALUE_CORRUPT.
 */
export function adopt(
  core: Core,
  partition: Partition,
  flight: Arriving,
  policy: EntryPolicy,
  bytes: Buffer,
  judge: Judge,
  nowMs = core.clock.monotonic(),
): LoadedValue | undefined {
  const header = new StoredValue(bytes, partition.knownGen)
  const expiresAtMs = header.expiresAtMs - partition.remoteOffsetMs
  if (judge === 'mirror' && (expiresAtMs <= nowMs || !believed(partition, flight, header, nowMs))) return
  const copy = decoded(core, flight.key, policy, header)
  if (policy.memory)
    keep(core, partition, flight, policy, {
      copy,
      gen: header.gen,
      seq: header.seq,
      tags: header.tags,
      createdAtMs: header.createdAtMs - partition.remoteOffsetMs,
      expiresAtMs,
      staleMs: header.staleMs,
      loadMs: header.loadMs,
      token: header.token,
      version: header.version,
    })
  return { copy, gen: header.gen, seq: header.seq, tags: header.tags }
}

/** The expired value that the tier handed to the holder of the lease, if at this moment it may answer. */
export function staleOf(
  core: Core,
  partition: Partition,
  flight: Arriving,
  policy: EntryPolicy,
  bytes: Buffer | undefined,
): LoadedValue | undefined {
  if (!bytes) return
  try {
    const header = new StoredValue(bytes, partition.knownGen)
    const nowMs = core.clock.monotonic()
    if (header.expiresAtMs + header.staleMs - partition.remoteOffsetMs <= nowMs) return
    if (!believed(partition, flight, header, nowMs)) return
    const copy = decoded(core, flight.key, policy, header)
    return { copy, gen: header.gen, seq: header.seq, tags: header.tags }
  } catch (error) {
    if (error instanceof CacheError) return
    throw error
  }
}

/** The token of a copy that cannot be read, so that a load replaces it. */
export function tokenOf(bytes: Buffer): string | undefined {
  try {
    return new StoredValue(bytes).token
  } catch {
    return undefined
  }
}

function believed(partition: Partition, flight: Arriving, header: StoredValue, nowMs: number): boolean {
  return (
    partition.connected &&
    !partition.resyncing &&
    partition.trusted(nowMs) &&
    flight.voidSeq <= header.seq &&
    !partition.voids(header.gen, header.seq, flight.key, flight.namespace, header.tags)
  )
}

function decoded(core: Core, key: string, policy: EntryPolicy, stored: StoredValue): HeldValue {
  const value = core.codec.decode(key, policy, stored)
  if (policy.copy === 'freeze') return frozen(value)
  try {
    return privateCopy(value, policy.copy)
  } catch (cause) {
    throw new CacheError('CACHE_VALUE_CORRUPT', 'A stored value holds what the cache never stores', { cause })
  }
}
