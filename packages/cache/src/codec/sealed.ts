import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { EncryptionKey } from '../cache-options.js'

/*
 * AES-256-GCM. Layout: length of the key's id (1 byte), id, nonce (12), tag (16), ciphertext. Nonces are random, so a
 * key is good for 2^32 values (NIST SP 800-38D, 8.3).
 */
const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

export function seal(plain: Buffer, { id, key }: EncryptionKey, bound: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
  cipher.setAAD(bound)
  const sealed = [cipher.update(plain), cipher.final()]
  return Buffer.concat([
    Buffer.of(id.length),
    Buffer.from(id, 'latin1'),
    nonce,
    cipher.getAuthTag(),
    ...sealed,
  ])
}

/** Throws when it is damaged, bound to something else, or of none of the keys. */
export function unseal(sealed: Buffer, keys: readonly EncryptionKey[], bound: Buffer): Buffer {
  const nonceAt = 1 + sealed.readUInt8(0)
  const tagAt = nonceAt + nonceBytes
  const textAt = tagAt + tagBytes
  const id = sealed.toString('latin1', 1, nonceAt)
  const key = keys.find(key => key.id === id)?.key
  if (key === undefined || sealed.length < textAt) throw new Error('an unknown key, or an early end')
  const cipher = createDecipheriv(algorithm, key, sealed.subarray(nonceAt, tagAt), {
    authTagLength: tagBytes,
  })
  cipher.setAAD(bound)
  cipher.setAuthTag(sealed.subarray(tagAt, textAt))
  return Buffer.concat([cipher.update(sealed.subarray(textAt)), cipher.final()])
}
