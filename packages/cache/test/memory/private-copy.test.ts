import assert from 'node:assert/strict'
import vm from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CacheError } from '#src/cache-error'
import { copyForRead } from '#src/memory/copy-for-read'
import { frozen } from '#src/memory/frozen'
import { privateCopy } from '#src/memory/private-copy'
import { cacheValue } from './values.js'

/** Every object in a value, keys of maps included. */
function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return []
  const held =
    value instanceof Map
      ? [...value].flat()
      : value instanceof Set
        ? [...value]
        : ArrayBuffer.isView(value)
          ? []
          : Object.values(value)
  return [value, ...held.flatMap(objectsIn)]
}

const isPlain = (value: object) => Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype

describe('any value that is carried', () => {
  test('is copied whole; what a reader gets shares nothing that can change', () => {
    fc.assert(
      fc.property(cacheValue, fc.constantFrom('freeze' as const, 'clone' as const), (value, mode) => {
        const { value: copy, copyOnRead, bytes } = privateCopy(value, mode)
        assert.deepEqual(copy, value)
        const callers = new Set(objectsIn(value))
        assert.equal(
          objectsIn(copy).some(object => callers.has(object)),
          false,
        )
        const [read, again] = copyOnRead ? [copyForRead(copy), copyForRead(copy)] : [copy, copy]
        assert.deepEqual(read, copy)
        const others = new Set(objectsIn(again))
        for (const object of objectsIn(read))
          if (others.has(object)) assert(isPlain(object) && Object.isFrozen(object))
        assert.equal(Number.isFinite(bytes) && bytes >= 0, true)
        assert.equal(({} as { polluted?: unknown }).polluted, undefined)
      }),
      { numRuns: 500 },
    )
  })

  test('is measured alike by every mode and by frozen, which freezes in place', () => {
    fc.assert(
      fc.property(cacheValue, value => {
        const { bytes, copyOnRead } = privateCopy(value, 'freeze')
        assert.equal(privateCopy(value, 'clone').bytes, bytes)
        assert.deepEqual(privateCopy(value, 'none'), { value, bytes, copyOnRead: false })
        const own = copyForRead(value)
        const held = frozen(own)
        assert.equal(held.value, own)
        assert.deepEqual([held.bytes, held.copyOnRead], [bytes, copyOnRead])
        for (const object of objectsIn(own)) if (isPlain(object)) assert(Object.isFrozen(object))
      }),
      { numRuns: 500 },
    )
  })
})

test("the caller's object stays as it was, and the copy does not follow it", () => {
  const mine = { list: [1, { deep: true }] }
  const { value } = privateCopy(mine, 'freeze')
  mine.list.push(2)
  expect(Object.isFrozen(mine)).toBe(false)
  expect(value).toEqual({ list: [1, { deep: true }] })
  expect(() => (value as typeof mine).list.push(3)).toThrow(TypeError)
})

test.each([
  ['-0', -0, 0],
  ['an object without prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ['holes', Object.assign(new Array(2), { 1: 1 }), [undefined, 1]],
  ['what is not enumerable', Object.defineProperty({ a: 1 }, 'b', { value: 2 }), { a: 1 }],
  ['an object of another realm', vm.runInNewContext('({ a: { b: 1 } })'), { a: { b: 1 } }],
])('%s becomes what JSON or a literal would hold', (_, value, copy) => {
  assert.deepStrictEqual(privateCopy(value, 'freeze').value, copy)
})

test('a property called __proto__ is one like others', () => {
  const { value } = privateCopy(JSON.parse('{"__proto__":{"polluted":true}}'), 'freeze')
  expect(Object.keys(value as object)).toEqual(['__proto__'])
  expect((value as { polluted?: boolean }).polluted).toBe(undefined)
  expect(Object.keys(copyForRead(value) as object)).toEqual(['__proto__'])
})

test('a view of a large buffer does not keep it', () => {
  for (const view of [Buffer.alloc(1e6).subarray(5, 10), new Uint16Array(new ArrayBuffer(1e6), 2, 3)])
    expect((privateCopy(view, 'freeze').value as Uint8Array).buffer.byteLength).toBeLessThan(100)
})

class Account {
  secret = 'Jane Doe'
}
const loop: unknown[] = []
loop.push({ back: loop })
let deep: unknown = 1
for (let level = 0; level <= 200; level++) deep = [deep]
const getter = Object.defineProperty({}, 'late', { get: () => 'Jane Doe', enumerable: true })

const refused: [string, unknown, string][] = [
  ['a class instance', { user: new Account() }, 'value.user'],
  ['an instance of a subclass of Array', { rows: new (class Rows extends Array {})() }, 'value.rows'],
  ['of Map', [new (class extends Map {})()], 'value[0]'],
  ['of Date', new (class Day extends Date {})(), 'value'],
  ['of Uint8Array', new (class extends Uint8Array {})(3), 'value'],
  ['a function', { a: [1, 2, () => 'Jane Doe'] }, 'value.a[2]'],
  ['a symbol', { 'a b': Symbol('Jane Doe') }, 'value["a b"]'],
  ['a symbol as a key', { a: { [Symbol('Jane Doe')]: 1 } }, 'value.a'],
  ['an accessor', { a: getter }, 'value.a.late'],
  ['an error', { error: new Error('Jane Doe') }, 'value.error'],
  ['a regular expression', /Jane Doe/, 'value'],
  ['a promise', { user: Promise.resolve() }, 'value.user'],
  ['a boxed string', new String('Jane Doe'), 'value'],
  ['in a map', new Map([['Jane Doe', new Set([1, () => 2])]]), 'value[0][1]'],
  ['a DataView', new DataView(new ArrayBuffer(1)), 'value'],
  ['a SharedArrayBuffer', new SharedArrayBuffer(1), 'value'],
  ['what only looks like a map', Object.create(Map.prototype), 'value'],
  ['or like a date', Object.create(Date.prototype), 'value'],
  ['or like bytes', Object.create(Uint8Array.prototype), 'value'],
]

test.each(refused)('refuses %s, says where, and not what', (_, value, field) => {
  for (const mode of ['freeze', 'clone', 'none'] as const) {
    const error = refusalOf(() => privateCopy(value, mode))
    expect([error.code, error.field]).toEqual(['CACHE_VALUE_UNSUPPORTED', field])
    expect(error.message.startsWith(`${field} is `)).toBe(true)
    expect(error.message).not.toContain('Jane')
  }
})

test('refuses what is nested in itself or too deep, with a path that can be read', () => {
  for (const value of [loop, deep]) {
    const error = refusalOf(() => privateCopy(value, 'freeze'))
    expect(error.code).toBe('CACHE_VALUE_UNSUPPORTED')
    expect(error.message.length).toBeLessThan(300)
  }
  expect(() => privateCopy((deep as unknown[])[0], 'freeze')).not.toThrow()
})

test('frozen takes what was not stored by this package for damage', () => {
  for (const value of [{ a: /x/ }, [new Error('x')], deep])
    expect(refusalOf(() => frozen(value)).code).toBe('CACHE_VALUE_CORRUPT')
})

function refusalOf(action: () => unknown): CacheError {
  try {
    action()
  } catch (error) {
    if (error instanceof CacheError) return error
    throw error
  }
  throw new Error('nothing was refused')
}
