import { CacheError } from '../cache-error.js'
import { type EnvelopeHeader, envelopeFormat, envelopeOffsets } from './envelope.js'
import type { KnownGen } from './known-gen.js'

const noTags = Object.freeze([]) as unknown as string[]

/** An envelope as it is read: what judges it is taken out at once, the rest when it is asked for. */
export class StoredValue implements EnvelopeHeader {
  readonly bytes: Buffer
  readonly gen: string
  readonly seq: number
  readonly expiresAtMs: number
  readonly tags: readonly string[]
  readonly payloadAt: number

  /**
   * @param likely The generation that nearly all values are of: its name is not made anew.
   * @throws CacheError CACHE_VALUE_CORRUPT for another format, a header that ends early, or numbers that are none: those
   *   that judge it here, the others when they are asked for.
   */
  constructor(bytes: Buffer, likely: KnownGen | null = null) {
    if (bytes[0] !== envelopeFormat)
      throw new CacheError(
        'CACHE_VALUE_CORRUPT',
        `A stored value has the format ${bytes[0]}, not ${envelopeFormat}`,
      )
    const { tail } = envelopeOffsets
    const tagsAt = tail + 2 + ((bytes[tail] as number) << 8) + (bytes[tail + 1] as number)
    if (!(tagsAt + 2 <= bytes.length)) throw damaged('ends early')
    this.bytes = bytes
    this.gen = genOf(bytes, likely)
    this.seq = bytes.readDoubleBE(envelopeOffsets.seq)
    this.expiresAtMs = this.#number(envelopeOffsets.expiresAt)
    // A number that is none is lower than nothing, so such a value would outlive every invalidation.
    if (!Number.isSafeInteger(this.seq) || this.seq < 0) throw damaged('no number')
    this.payloadAt = tagsAt + 2
    this.tags = noTags
    if (bytes[tagsAt] !== 0 || bytes[tagsAt + 1] !== 0) {
      const tags: string[] = []
      this.payloadAt = readTags(bytes, tagsAt, tags)
      this.tags = tags
    }
  }

  get createdAtMs(): number {
    return this.#number(envelopeOffsets.createdAt)
  }

  get version(): number {
    return this.#number(envelopeOffsets.version)
  }

  get flags(): number {
    return this.bytes[envelopeOffsets.flags] as number
  }

  get loadMs(): number {
    return this.bytes.readUInt32BE(envelopeOffsets.loadMs)
  }

  get staleMs(): number {
    return this.bytes.readUInt32BE(envelopeOffsets.staleMs)
  }

  get token(): string {
    const from = envelopeOffsets.tail + 2
    return this.bytes.toString('latin1', from, from + this.bytes.readUInt16BE(envelopeOffsets.tail))
  }

  #number(offset: number): number {
    const number = this.bytes.readDoubleBE(offset)
    if (!Number.isFinite(number)) throw damaged('no number')
    return number
  }
}

/** Where they end. */
function readTags(bytes: Buffer, tagsAt: number, tags: string[]): number {
  try {
    let at = tagsAt + 2
    for (let left = bytes.readUInt16BE(tagsAt); left > 0; left--) {
      const length = bytes.readUInt16BE(at)
      tags.push(bytes.toString('utf8', at + 2, at + 2 + length))
      at += 2 + length
    }
    if (at > bytes.length) throw new RangeError('ends early')
    return at
  } catch (cause) {
    throw damaged(cause)
  }
}

function damaged(cause: unknown): CacheError {
  return new CacheError('CACHE_VALUE_CORRUPT', 'The header of a stored value is damaged', { cause })
}

function genOf(bytes: Buffer, likely: KnownGen | null): string {
  const at = envelopeOffsets.gen
  return likely?.standsAt(bytes, at) ? likely.text : bytes.toString('latin1', at, at + 16)
}
