import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { newRefreshToken, readRefreshToken, sameHash } from '#src/services/accounts/refresh-token'

it('a refresh token names its login, and reads back as what it was', () => {
  const id = randomUUID()
  const [one, two] = [newRefreshToken(id), newRefreshToken(id)]
  expect(one.sessionId).toBe(id)
  expect(readRefreshToken(one.text)).toEqual(one)
  expect(sameHash(one.hash, readRefreshToken(one.text)!.hash)).toBe(true)
  expect(sameHash(one.hash, two.hash)).toBe(false)
  expect(sameHash(one.hash, Buffer.alloc(0))).toBe(false)
})

it('no two texts are the same refresh token, and no text breaks its reader', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.uint8Array({ minLength: 46, maxLength: 50 }).map(bytes => Buffer.from(bytes).toString('base64url')),
    fc.uint8Array({ minLength: 48, maxLength: 48 }).map(bytes => Buffer.from(bytes).toString('base64')),
  )
  fc.assert(
    fc.property(text, given => {
      const read = readRefreshToken(given)
      if (!read) return
      expect(read.text).toBe(given)
      expect(read.sessionId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
      expect(read.hash).toHaveLength(32)
    }),
  )
})
