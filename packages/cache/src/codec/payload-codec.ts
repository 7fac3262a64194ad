import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { CacheError } from '../cache-error.js'
import type { EncryptionKey } from '../cache-options.js'
import { pack, unpack } from './message-pack.js'
import { seal, unseal } from './sealed.js'
import { fromTagged, isPackable, toTagged } from './tagged-value.js'

/** Bits of the envelope's byte of flags; part of format 1. */
export const payloadFlags = { compressed: 1, encrypted: 2, tagged: 4 } as const

export interface EncodedPayload {
  readonly flags: number
  /** At times a part of a larger buffer: copy it, as `writeEnvelope` does, before it is kept. */
  readonly payload: Buffer
}

export interface EncodeOptions {
  /** Above 4 KiB and up to 16 MiB, when it gets smaller by that. */
  readonly compress: boolean
  /** Encrypts. */
  readonly key?: EncryptionKey | undefined
  /** What an encrypted payload belongs to, such as its cache key: elsewhere it cannot be decoded. */
  readonly binding: Buffer | string
}

/** Of a value that `privateCopy` let through; what it normalises (-0, holes) comes back normalised. */
export function encodePayload(value: unknown, { compress, key, binding }: EncodeOptions): EncodedPayload {
  const isTagged = !isPackable(value)
  let flags = isTagged ? payloadFlags.tagged : 0
  let payload = pack(isTagged ? toTagged(value) : value)
  if (compress && payload.length > compressAboveBytes && payload.length <= maxInflatedBytes) {
    const smaller = deflateRawSync(payload, { level: 1 })
    if (smaller.length < payload.length) {
      flags |= payloadFlags.compressed
      payload = smaller
    }
  }
  if (key) {
    flags |= payloadFlags.encrypted
    payload = seal(payload, key, boundBytes(flags, binding))
  }
  return { flags, payload }
}

export interface DecodeOptions {
  readonly keys: readonly EncryptionKey[]
  readonly binding: Buffer | string
}

/**
 * A value of its own, not frozen; `frozen` or `privateCopy` must look at it before it is handed out, since foreign bytes
 * can hold an error or a regular expression. `start`: where the payload begins in `payload`.
 *
 * @throws CacheError CACHE_VALUE_CORRUPT for damage, an unknown encryption key, another binding, unknown flags, bytes
 *   after the end, or more than 16 MiB in a compressed payload.
 */
export function decodePayload(
  flags: number,
  payload: Buffer,
  { keys, binding }: DecodeOptions,
  start = 0,
): unknown {
  if ((flags & ~knownFlags) !== 0)
    throw new CacheError('CACHE_VALUE_CORRUPT', `A stored value has the flags ${flags}, of a later version`)
  try {
    if ((flags & (payloadFlags.encrypted | payloadFlags.compressed)) === 0)
      return untagged(flags, unpack(payload, start))
    let bytes = payload.subarray(start)
    if (flags & payloadFlags.encrypted) bytes = unseal(bytes, keys, boundBytes(flags, binding))
    if (flags & payloadFlags.compressed) bytes = inflate(bytes)
    return untagged(flags, unpack(bytes))
  } catch {
    // The cause is left out: msgpackr quotes values.
    throw new CacheError('CACHE_VALUE_CORRUPT', 'A stored value is damaged, or of an unknown encryption key')
  }
}

function untagged(flags: number, value: unknown): unknown {
  return flags & payloadFlags.tagged ? fromTagged(value) : value
}

function inflate(bytes: Buffer): Buffer {
  const inflated = inflateRawSync(bytes, { maxOutputLength: maxInflatedBytes, info: true }) as unknown as {
    readonly buffer: Buffer
    readonly engine: { readonly bytesWritten: number }
  }
  if (inflated.engine.bytesWritten !== bytes.length) throw new RangeError('bytes after the end')
  return inflated.buffer
}

/** The flags too, or a bit of them could be turned without notice. */
function boundBytes(flags: number, binding: Buffer | string): Buffer {
  return Buffer.concat([Buffer.of(flags), Buffer.from(binding as string)])
}

const compressAboveBytes = 4096
/** A few bytes of damage could ask for gigabytes; inflating as many stops this process for about 50 ms. */
const maxInflatedBytes = 16 * 2 ** 20
const knownFlags = payloadFlags.compressed | payloadFlags.encrypted | payloadFlags.tagged
