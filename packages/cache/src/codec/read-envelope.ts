import type { Envelope } from './envelope.js'
import { StoredValue } from './stored-value.js'

/** All of it. @throws CacheError CACHE_VALUE_CORRUPT as `StoredValue`. */
export function readEnvelope(bytes: Buffer): Envelope {
  const stored = new StoredValue(bytes)
  const { gen, seq, expiresAtMs, createdAtMs, version, loadMs, staleMs, token, tags } = stored
  return {
    header: { gen, seq, expiresAtMs, createdAtMs, version, loadMs, staleMs, token, tags },
    flags: stored.flags,
    payload: bytes.subarray(stored.payloadAt),
  }
}
