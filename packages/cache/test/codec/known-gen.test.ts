import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KnownGen } from '#src/codec/known-gen'

const latin1 = fc.string({ unit: fc.integer({ min: 1, max: 0xff }).map(code => String.fromCharCode(code)) })
const name = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', 'ÿ'), minLength: 16, maxLength: 16 }),
  fc.constant('0123456789abcdef'),
)

test('a generation is found where its 16 bytes stand, and nowhere else', () => {
  fc.assert(
    fc.property(name, latin1, latin1, fc.nat(20), (text, before, after, cut) => {
      const bytes = Buffer.from(before + text + after, 'latin1')
      const at = before.length
      expect(new KnownGen(text).standsAt(bytes, at)).toBe(true)
      const here = bytes.subarray(0, at + cut)
      expect(new KnownGen(text).standsAt(here, at)).toBe(here.toString('latin1', at, at + 16) === text)
    }),
  )
})

test('another one is told by any of its bytes', () => {
  const text = '0123456789abcdef'
  for (let at = 0; at < 16; at++) {
    const bytes = Buffer.from(text, 'latin1')
    bytes.writeUInt8((bytes[at] as number) ^ 0x80, at)
    expect(new KnownGen(text).standsAt(bytes, 0)).toBe(false)
  }
  expect(new KnownGen('alone').standsAt(Buffer.from('alone'.padEnd(16, '\0')), 0)).toBe(false)
})
