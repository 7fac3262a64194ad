/** What scripts of the second tier read of a value: where it stands, when it ends, and what it depends on. */
export interface EnvelopeHeader {
  /** 16 ASCII characters: the partition's state that `seq` counts in. */
  readonly gen: string
  /** The read point: an invalidation with a higher number makes the value void. */
  readonly seq: number
  /** Milliseconds of the second tier's clock. */
  readonly expiresAtMs: number
  /** When its load began, by the same clock. */
  readonly createdAtMs: number
  /** Of `set` with a version; -1 without. */
  readonly version: number
  /** How long the load took. */
  readonly loadMs: number
  /** How long after its expiry it may still answer for a loader that fails. */
  readonly staleMs: number
  /** Names this very copy: the token of the lease that filled it. */
  readonly token: string
  readonly tags: readonly string[]
}

/**
 * Layout, big-endian: 0 format (1 byte, = 1) · 1 payload flags (1) · 2 gen (16) · 18 seq (float64) · 26 expiresAtMs
 * (float64) · 34 createdAtMs (float64) · 42 version (float64) · 50 loadMs (uint32) · 54 staleMs (uint32) · 58 length
 * of the token (uint16), token · number of tags (uint16), of each its length (uint16) and UTF-8 bytes · payload.
 */
export const envelopeFormat = 1
export const envelopeOffsets = {
  flags: 1,
  gen: 2,
  seq: 18,
  expiresAt: 26,
  createdAt: 34,
  version: 42,
  loadMs: 50,
  staleMs: 54,
  tail: 58,
} as const

export interface Envelope {
  readonly header: EnvelopeHeader
  readonly flags: number
  readonly payload: Buffer
}

export function writeEnvelope({ header, flags, payload }: Envelope): Buffer {
  const token = Buffer.byteLength(header.token)
  let size = envelopeOffsets.tail + 2 + token + 2 + payload.length
  for (const tag of header.tags) size += 2 + Buffer.byteLength(tag)
  const bytes = Buffer.allocUnsafe(size)
  bytes[0] = envelopeFormat
  bytes[1] = flags
  bytes.write(header.gen, envelopeOffsets.gen, 16, 'latin1')
  bytes.writeDoubleBE(header.seq, envelopeOffsets.seq)
  bytes.writeDoubleBE(header.expiresAtMs, envelopeOffsets.expiresAt)
  bytes.writeDoubleBE(header.createdAtMs, envelopeOffsets.createdAt)
  bytes.writeDoubleBE(header.version, envelopeOffsets.version)
  bytes.writeUInt32BE(uint32(header.loadMs), envelopeOffsets.loadMs)
  bytes.writeUInt32BE(uint32(header.staleMs), envelopeOffsets.staleMs)
  bytes.writeUInt16BE(token, envelopeOffsets.tail)
  let at = envelopeOffsets.tail + 2
  at += bytes.write(header.token, at)
  bytes.writeUInt16BE(header.tags.length, at)
  at += 2
  for (const tag of header.tags) {
    const length = bytes.write(tag, at + 2)
    bytes.writeUInt16BE(length, at)
    at += 2 + length
  }
  payload.copy(bytes, at)
  return bytes
}

type Stamp = Pick<EnvelopeHeader, 'gen' | 'seq' | 'createdAtMs' | 'expiresAtMs'>

/** A copy that stands elsewhere in time: what the second tier writes into a value that is set. */
export function stampEnvelope(bytes: Buffer, stamp: Stamp): Buffer {
  const copy = Buffer.from(bytes)
  writeStamp(copy, stamp)
  return copy
}

/** In place. */
export function writeStamp(bytes: Buffer, stamp: Stamp): void {
  bytes.write(stamp.gen, envelopeOffsets.gen, 16, 'latin1')
  bytes.writeDoubleBE(stamp.seq, envelopeOffsets.seq)
  bytes.writeDoubleBE(stamp.expiresAtMs, envelopeOffsets.expiresAt)
  bytes.writeDoubleBE(stamp.createdAtMs, envelopeOffsets.createdAt)
}

function uint32(value: number): number {
  return Math.max(0, Math.min(0xffff_ffff, Math.round(value)))
}
