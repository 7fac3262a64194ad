import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const idBytes = 16
const secretBytes = 32
const form = /^[\w-]{64}$/ // 48 bytes in base64url, without padding and without bits to spare

/** What a client keeps to go on with a login. Only its hash is stored. */
export interface RefreshToken {
  /** Of `auth_sessions`. */
  readonly sessionId: string
  readonly text: string
  /** SHA-256; the token has 256 random bits, which need no slow hash. */
  readonly hash: Buffer
}

export function newRefreshToken(sessionId: string): RefreshToken {
  const id = Buffer.from(sessionId.replaceAll('-', ''), 'hex')
  return tokenOf(Buffer.concat([id, randomBytes(secretBytes)]))
}

/** Undefined for a text that is no refresh token by its form. */
export function readRefreshToken(text: string): RefreshToken | undefined {
  return form.test(text) ? tokenOf(Buffer.from(text, 'base64url')) : undefined
}

export function sameHash(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

function tokenOf(bytes: Buffer): RefreshToken {
  const hex = bytes.toString('hex', 0, idBytes)
  return {
    sessionId: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    text: bytes.toString('base64url'),
    hash: createHash('sha256').update(bytes).digest(),
  }
}
