import { CacheError } from '../cache-error.js'
import type { EncryptionKey } from '../cache-options.js'
import type { EntryPolicy } from '../policy/entry-policy.js'
import { type EnvelopeHeader, writeEnvelope } from './envelope.js'
import { decodePayload, encodePayload, payloadFlags } from './payload-codec.js'
import type { StoredValue } from './stored-value.js'

const unbound = { keys: [], binding: '' }

/** Values as the second tier keeps them. A payload is bound to its key: it cannot be read under another one. */
export class ValueCodec {
  readonly #prefix: string
  readonly #keys: readonly EncryptionKey[]

  constructor(prefix: string, keys: readonly EncryptionKey[]) {
    this.#prefix = prefix
    this.#keys = keys
  }

  get encrypts(): boolean {
    return this.#keys.length > 0
  }

  /** @throws CacheError CACHE_VALUE_UNSUPPORTED. */
  encode(key: string, value: unknown, policy: EntryPolicy, header: EnvelopeHeader): Buffer {
    const { flags, payload } = encodePayload(value, {
      compress: policy.compress,
      key: policy.sensitive ? this.#keys[0] : undefined,
      binding: this.#binding(key),
    })
    return writeEnvelope({ header, flags, payload })
  }

  /**
   * A sensitive value must have been encrypted: nobody else may put one here.
   * @throws CacheError CACHE_VALUE_CORRUPT.
   */
  decode(key: string, policy: EntryPolicy, { flags, bytes, payloadAt }: StoredValue): unknown {
    if (policy.sensitive && (flags & payloadFlags.encrypted) === 0)
      throw new CacheError('CACHE_VALUE_CORRUPT', 'A stored value should be encrypted, and is not')
    const isBound = (flags & payloadFlags.encrypted) !== 0
    const options = isBound ? { keys: this.#keys, binding: this.#binding(key) } : unbound
    return decodePayload(flags, bytes, options, payloadAt)
  }

  #binding(key: string): string {
    return `${this.#prefix}:${key}`
  }
}
