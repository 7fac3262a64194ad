import assert from 'node:assert/strict'
import { createCipheriv } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { pack } from 'msgpackr'
import { describe, expect, test, vi } from 'vitest'
import { CacheError } from '#src/cache-error'
import { decodePayload, encodePayload, payloadFlags } from '#src/codec/payload-codec'
import { frozen } from '#src/memory/frozen'
import { privateCopy } from '#src/memory/private-copy'
import { cacheValue } from '../memory/values.js'

const keys = [
  { id: 'now', key: Buffer.alloc(32, 1) },
  { id: 'before', key: Buffer.alloc(32, 2) },
]
const options = { keys, binding: 'user:1' }
const encoding = fc.record({
  compress: fc.boolean(),
  key: fc.constantFrom(undefined, ...keys),
})

/** Below 4 KiB nothing is compressed. */
const padded = fc.tuple(cacheValue, fc.constantFrom('', 'x'.repeat(5000)))

test('what is decoded equals the private copy of what was encoded', () => {
  fc.assert(
    fc.property(padded, encoding, (value, { compress, key }) => {
      const { value: held } = privateCopy(value, 'freeze')
      const { flags, payload } = encodePayload(held, { compress, ...(key && { key }), binding: 'user:1' })
      const decoded = decodePayload(flags, payload, options)
      assert.deepEqual(decoded, held)
      assert.equal((flags & payloadFlags.encrypted) !== 0, key !== undefined)
      assert.equal((flags & payloadFlags.compressed) !== 0, compress && value[1] !== '')
      frozen(decoded)
    }),
    { numRuns: 1000 },
  )
})

test('a date that is none stays one', () => {
  const { flags, payload } = encodePayload(new Date(Number.NaN), { compress: false, binding: '' })
  expect(decodePayload(flags, payload, options)).toEqual(new Date(Number.NaN))
})

test('bytes keep their class, and nothing of the payload', () => {
  const value = { buffer: Buffer.from('a'), bytes: new Uint8Array([1]), memory: new ArrayBuffer(3) }
  const { flags, payload } = encodePayload(value, { compress: false, binding: '' })
  const own = Buffer.from(payload)
  const decoded = decodePayload(flags, own, options) as typeof value
  own.fill(0)
  assert.deepEqual(decoded, value)
  expect(decoded.buffer.buffer).not.toBe(own.buffer)
})

test('what does not get smaller is not kept compressed, nor is anything that could not be inflated', () => {
  const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(8000))
  for (const value of [noise, 'x'.repeat(17 * 2 ** 20)])
    expect(encodePayload(value, { compress: true, binding: '' }).flags).toBe(0)
})

describe('encryption', () => {
  const encoded = encodePayload({ name: 'Jane Doe' }, { compress: false, key: keys[0]!, binding: 'user:1' })

  test('shows nothing, and is another each time', () => {
    expect(encoded.payload.includes('Jane')).toBe(false)
    const again = encodePayload({ name: 'Jane Doe' }, { compress: false, key: keys[0]!, binding: 'user:1' })
    expect(again.payload.equals(encoded.payload)).toBe(false)
  })

  test.each([
    ['of an unknown key', { keys: keys.slice(1), binding: 'user:1' }],
    ['of a known id and another key', { keys: [{ id: 'now', key: Buffer.alloc(32, 9) }], binding: 'user:1' }],
    ['moved to another key of the cache', { keys, binding: 'user:2' }],
  ])('is refused %s', (_, options) => {
    expect(codeOf(() => decodePayload(encoded.flags, encoded.payload, options))).toBe('CACHE_VALUE_CORRUPT')
  })

  test('any bit that is turned, and any early end, is noticed', () => {
    for (let bit = 0; bit < encoded.payload.length * 8; bit++) {
      const bytes = Buffer.from(encoded.payload)
      bytes[bit >> 3]! ^= 1 << (bit & 7)
      expect(codeOf(() => decodePayload(encoded.flags, bytes, options))).toBe('CACHE_VALUE_CORRUPT')
    }
    for (let length = 0; length < encoded.payload.length; length++) {
      const cut = encoded.payload.subarray(0, length)
      expect(codeOf(() => decodePayload(encoded.flags, cut, options))).toBe('CACHE_VALUE_CORRUPT')
    }
  })

  test('the other flags are bound too', () => {
    const flags = encoded.flags | payloadFlags.tagged
    const tagged = encodePayload([0, 1], { compress: false, key: keys[0]!, binding: 'user:1' })
    expect(codeOf(() => decodePayload(flags, tagged.payload, options))).toBe('CACHE_VALUE_CORRUPT')
  })
})

describe('damage', () => {
  const many = deflateRawSync(pack(Buffer.alloc(20 * 2 ** 20)))
  const deep = Buffer.alloc(2_000_000, 0x91)
  test.each<[string, number, Buffer]>([
    ['unknown flags', 8, pack(1)],
    ['nothing', 0, Buffer.alloc(0)],
    ['bytes after the end', 0, Buffer.concat([pack(1), pack(2)])],
    ['bytes after the end of what is compressed', 1, Buffer.concat([deflateRawSync(pack(1)), Buffer.of(0)])],
    ['more than 16 MiB in few bytes', 1, many],
    ['nesting without end', 0, deep],
    ['an array of four billion', 0, Buffer.from('ddffffffff01', 'hex')],
    ['a map of four billion', 0, Buffer.from('dfffffffff01', 'hex')],
    ['the definition of a record', 0, fromHex('96d4724091a161014002400340044005')],
    ['an unknown tag', 4, pack([9, 1])],
    ['an array without tag', 4, pack([])],
    ['half a pair', 4, pack([1, 1])],
    ['a key that is no text', 4, pack([2, 1, 1])],
    ['text that is no bytes', 4, pack([3, 1])],
  ])('%s is refused without a word of the value', (_, flags, payload) => {
    const compile = vi.spyOn(globalThis, 'Function')
    expect(codeOf(() => decodePayload(flags, payload, options))).toBe('CACHE_VALUE_CORRUPT')
    expect(compile).not.toHaveBeenCalled()
    compile.mockRestore()
  })

  test('the message does not quote the value', () => {
    const payload = Buffer.concat([pack({ name: 'Jane Doe' }), Buffer.of(1)])
    try {
      decodePayload(0, payload, options)
      expect.unreachable()
    } catch (error) {
      const { message, cause } = error as CacheError
      expect([message.includes('Jane'), cause]).toEqual([false, undefined])
    }
  })

  const flags = fc.constantFrom(0, 1, 4, 5)
  test('random bytes are a value of the domain or refused', () => {
    fc.assert(
      fc.property(flags, fc.uint8Array({ maxLength: 300 }), (flags, bytes) => decodesOrRefuses(flags, bytes)),
      { numRuns: 20_000 },
    )
  })

  test('a value with damage is a value of the domain or refused', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(cacheValue, damage, fc.nat(3), (value, damage, cut) => {
        const { flags, payload } = encodePayload(privateCopy(value, 'freeze').value, {
          compress: false,
          binding: '',
        })
        const bytes = Buffer.from(payload.subarray(0, payload.length - Math.min(cut, payload.length - 1)))
        for (const [at, byte] of damage) bytes[at % bytes.length] = byte
        decodesOrRefuses(flags, bytes)
        decodesOrRefuses(flags ^ payloadFlags.tagged, bytes)
      }),
      { numRuns: 5000 },
    )
  })
})

const own = Object.getOwnPropertyNames(Object.prototype).length

function decodesOrRefuses(flags: number, bytes: Uint8Array): void {
  const code = codeOf(() =>
    privateCopy(frozen(decodePayload(flags, Buffer.from(bytes), options)).value, 'none'),
  )
  // Tens of thousands of times, for which `expect` is slow.
  assert(code === undefined || code === 'CACHE_VALUE_CORRUPT', code)
  assert.equal(Object.getOwnPropertyNames(Object.prototype).length, own)
}

function fromHex(hex: string): Buffer {
  return Buffer.from(hex, 'hex')
}

/** Undefined when nothing is thrown; anything but a CacheError is a crash. */
function codeOf(action: () => unknown): string | undefined {
  try {
    action()
    return undefined
  } catch (error) {
    if (error instanceof CacheError) return error.code
    throw error
  }
}
