import assert from 'node:assert/strict'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CacheError } from '#src/cache-error'
import { type Envelope, writeEnvelope } from '#src/codec/envelope'
import { readEnvelope } from '#src/codec/read-envelope'

/** Of the prototype that literals have. */
const record = <T>(model: { [Key in keyof T]: fc.Arbitrary<T[Key]> }) =>
  fc.record(model, { noNullPrototype: true })
const uint32 = fc.nat(0xffff_ffff)
const integer = fc.maxSafeInteger()
const ascii = fc.string({ unit: 'binary-ascii', maxLength: 60 })

const envelope: fc.Arbitrary<Envelope> = record({
  header: record({
    gen: fc.string({ unit: 'binary-ascii', minLength: 16, maxLength: 16 }),
    seq: fc.maxSafeNat(),
    expiresAtMs: integer,
    createdAtMs: integer,
    version: integer,
    loadMs: uint32,
    staleMs: uint32,
    token: ascii,
    tags: fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { maxLength: 6 }),
  }),
  flags: fc.nat(255),
  payload: fc.uint8Array({ maxLength: 100 }).map(bytes => Buffer.from(bytes)),
})

test('every header comes back as it was', () => {
  fc.assert(
    fc.property(envelope, written => assert.deepEqual(readEnvelope(writeEnvelope(written)), written)),
    {
      numRuns: 1000,
    },
  )
})

test('a token and tags of 65535 bytes, and as many tags', () => {
  const [written] = fc.sample(envelope, { numRuns: 1, seed: 1 }) as [Envelope]
  const long = 'x'.repeat(0xffff)
  const tags = Array.from({ length: 0xffff }, (_, index) => (index === 7 ? long : 't'))
  const longest = { ...written, header: { ...written.header, token: long, tags } }
  assert.deepEqual(readEnvelope(writeEnvelope(longest)), longest)
  for (const more of [{ token: `${long}x` }, { tags: [`${long}x`] }, { tags: [...tags, 't'] }])
    expect(() => writeEnvelope({ ...written, header: { ...written.header, ...more } })).toThrow(RangeError)
})

test('an early end is noticed up to the payload, which has no length', () => {
  fc.assert(
    fc.property(envelope, fc.nat(), (written, cut) => {
      const bytes = writeEnvelope({ ...written, payload: Buffer.alloc(0) })
      expect(outcomeOf(bytes.subarray(0, cut % bytes.length))).toBe('CACHE_VALUE_CORRUPT')
    }),
  )
})

const random = fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from([1, ...bytes]))
const damaged = fc
  .tuple(envelope, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }))
  .map(([written, damage]) => {
    const bytes = writeEnvelope(written)
    for (const [at, byte] of damage) bytes[1 + (at % (bytes.length - 1))] = byte
    return bytes
  })

test('random and damaged bytes are refused, or a header whose numbers can be compared', () => {
  fc.assert(
    fc.property(fc.oneof(random, damaged), bytes => {
      const read = outcomeOf(bytes)
      if (read === 'CACHE_VALUE_CORRUPT') return
      const { seq, expiresAtMs, createdAtMs, version, token, tags } = (read as Envelope).header
      assert(Number.isSafeInteger(seq) && seq >= 0)
      assert([expiresAtMs, createdAtMs, version].every(Number.isFinite))
      assert([token, ...tags].every(text => typeof text === 'string'))
    }),
    { numRuns: 20_000 },
  )
})

test.each([0, 2, 255])('the format %i is refused', format => {
  const bytes = Buffer.alloc(100)
  bytes[0] = format
  expect(outcomeOf(bytes)).toBe('CACHE_VALUE_CORRUPT')
  expect(outcomeOf(Buffer.alloc(0))).toBe('CACHE_VALUE_CORRUPT')
})

function outcomeOf(bytes: Buffer): unknown {
  try {
    return readEnvelope(bytes)
  } catch (error) {
    if (error instanceof CacheError) return error.code
    throw error
  }
}
