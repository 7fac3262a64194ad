import assert from 'node:assert/strict'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { murmur3 } from '#src/evaluate/murmur3'

// Vectors that implementations publish; the texts are UTF-8.
test.each([
  ['', 0, 0],
  ['', 1, 0x514e28b7],
  ['', 0xffffffff, 0x81f16f39],
  ['test', 0, 0xba6bd213],
  ['test', 0x9747b28c, 0x704b81dc],
  ['Hello, world!', 0, 0xc0363e43],
  ['Hello, world!', 0x9747b28c, 0x24884cba],
  ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
  ['a', 0x9747b28c, 0x7fa09ea6],
  ['aa', 0x9747b28c, 0x5d211726],
  ['aaa', 0x9747b28c, 0x283e0130],
  ['aaaa', 0x9747b28c, 0x5a97808a],
  ['abc', 0x9747b28c, 0xc84a62dd],
  ['ππππππππ', 0x9747b28c, 0xd58063c1],
])('%j with seed %d', (text, seed, hash) => {
  expect(murmur3(text, seed) >>> 0).toBe(hash)
})

test('any text is hashed as its UTF-8 bytes', () => {
  const unit = fc.oneof(fc.constantFrom('a', 'é', '€', '🩺', '\ud83e', '\ude7a', '\u0000', '￿'), fc.string())
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 40 }), fc.nat(0xffffffff), (text, seed) =>
      assert.equal(murmur3(text, seed) >>> 0, ofBytes(Buffer.from(new TextEncoder().encode(text)), seed)),
    ),
    { numRuns: 2000 },
  )
})

/** As the algorithm is usually written: blocks of four bytes. */
function ofBytes(bytes: Buffer, seed: number): number {
  const mask = 0xffffffffn
  const rotate = (value: bigint, by: bigint) => ((value << by) | (value >> (32n - by))) & mask
  const mix = (block: bigint) => (rotate((block * 0xcc9e2d51n) & mask, 15n) * 0x1b873593n) & mask
  let hash = BigInt(seed)
  const whole = bytes.length - (bytes.length % 4)
  for (let at = 0; at < whole; at += 4)
    hash = (rotate(hash ^ mix(BigInt(bytes.readUInt32LE(at))), 13n) * 5n + 0xe6546b64n) & mask
  const rest = bytes.length - whole
  if (rest > 0) hash ^= mix(BigInt(bytes.readUIntLE(whole, rest)))
  hash ^= BigInt(bytes.length)
  hash = ((hash ^ (hash >> 16n)) * 0x85ebca6bn) & mask
  hash = ((hash ^ (hash >> 13n)) * 0xc2b2ae35n) & mask
  return Number(hash ^ (hash >> 16n))
}
