import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalArguments } from '#src/decorators/canonical-arguments'

const text = (...args: unknown[]) => canonicalArguments(args)
const bytes = [1, 2, 3, 4, 5, 6, 7, 8]

/** Each a list of arguments; no two of them are equal. */
const different: unknown[][] = [
  [],
  [undefined],
  [null],
  [undefined, undefined],
  [[]],
  [[undefined]],
  [[null]],
  [Array(1)],
  [{}],
  [''],
  [[], []],
  [1],
  ['1'],
  [1n],
  [true],
  ['true'],
  [false],
  [0],
  [-0],
  [NaN],
  ['NaN'],
  [Infinity],
  [-Infinity],
  [null, null],
  [['a', 'b']],
  ['a,b'],
  ['a', 'b'],
  [['a,b']],
  [[['a'], 'b']],
  [['a', ['b']]],
  ['["a","b"]'],
  [['a'], ['b']],
  [{ a: undefined }],
  [{ a: null }],
  [{ a: 1 }],
  ['{"a":1}'],
  [[['a', 1]]],
  [{ a: { b: 1 } }],
  [{ 'a.b': 1 }],
  [{ a: '1' }],
  [{ a: 1, b: 2 }],
  [{ a: { b: 2 } }],
  [{ a: 1 }, { b: 2 }],
  [['a', 1, 'b', 2]],
  [JSON.parse('{"__proto__":1}')],
  [new Date(0)],
  [new Date(1)],
  ['1970-01-01T00:00:00.000Z'],
  [new Map()],
  [new Set()],
  [new Map([['a', 1]])],
  [new Map<unknown, unknown>([[1, 'a']])],
  [new Set(['a', 1])],
  [new Set([['a', 1]])],
  [new Set([[]])],
  [new Map([['a', new Map()]])],
  [new Uint8Array(bytes)],
  [Buffer.from(bytes)],
  [new Int8Array(bytes)],
  [new Uint8ClampedArray(bytes)],
  [bytes],
  [new Uint16Array(bytes)],
  [new Float32Array(bytes)],
  [new Float64Array(bytes)],
  [new Uint8Array(bytes).buffer],
  [new BigInt64Array(bytes.map(BigInt))],
  [new BigUint64Array(bytes.map(BigInt))],
  [new Float64Array([-0])],
  [new Float64Array(1)],
  ['é'],
  ['e\u0301'],
  ['\ud800'],
  ['\udfff'],
  ['\ufffd'],
  ['\ud83d\ude00'],
  ['\0'],
  ['s1:a'],
  ['u'],
  ['a0:'],
  ['a', 's1:b'],
  ['as1:b'],
  [['s1:a']],
  [[1], 2],
  [[1, 2]],
  [1, 2],
  [12],
  [1, [2]],
]

/** Pairs of equal arguments. */
const equal: [unknown[], unknown[]][] = [
  [[{ a: 1, b: { d: [1], c: 2 } }], [{ b: { c: 2, d: [1] }, a: 1 }]],
  [[Object.assign(Object.create(null), { a: 1 })], [{ a: 1 }]],
  [
    [
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    ],
    [
      new Map([
        ['b', 2],
        ['a', 1],
      ]),
    ],
  ],
  [[new Set([{ a: 1, b: 2 }, 'x'])], [new Set(['x', { b: 2, a: 1 }])]],
  [[new Map([[{ a: 1, b: 2 }, 1]])], [new Map([[{ b: 2, a: 1 }, 1]])]],
  [[new Date(5)], [new Date(5)]],
  [[NaN], [Number.NaN]],
  [[new Uint8Array([0, 1, 2, 3]).subarray(1, 3)], [new Uint8Array([1, 2])]],
]

class Point {
  x = 1
}
const cycle: unknown[] = []
cycle.push({ down: cycle })
const deep = Array.from({ length: 200 }).reduce<unknown>(inner => [inner], 1)
/** Each level twice in the next: 2 to the power of 60 leaves. */
const shared = Array.from({ length: 60 }).reduce<unknown>(inner => [inner, inner], 'leaf')

const refused: [what: string, args: unknown[], field: string][] = [
  ['a function', [() => {}], 'arguments[0]'],
  ['a symbol', [1, Symbol('a')], 'arguments[1]'],
  ['a class instance', [{ filter: [new Point()] }], 'arguments[0].filter[0]'],
  ['a subclass of what has a form', [new (class extends Map {})()], 'arguments[0]'],
  ['a cycle', [cycle], 'arguments[0][0].down'],
  ['a WeakMap', [{ w: new WeakMap() }], 'arguments[0].w'],
  ['a promise', [Promise.resolve(1)], 'arguments[0]'],
  ['a regular expression', [/a/], 'arguments[0]'],
  ['an error', [new Error('a')], 'arguments[0]'],
  ['a boxed value', [Object('a')], 'arguments[0]'],
  ['an invalid date', [{ since: new Date(Number.NaN) }], 'arguments[0].since'],
  ['a date with a property', [Object.assign(new Date(0), { a: 1 })], 'arguments[0]'],
  ['an array with a property', [Object.assign([1], { a: 1 })], 'arguments[0]'],
  ['a symbol for a name', [{ [Symbol('a')]: 1 }], 'arguments[0]'],
  ['a hidden property', [Object.defineProperty({}, 'a', { value: 1 })], 'arguments[0]'],
  ['a key of a map', [new Map([[Symbol('a'), 1]])], 'arguments[0].keys()[0]'],
  ['a value of a map', [new Map([['a', Symbol('a')]])], 'arguments[0].values()[0]'],
  ['an element of a set', [new Set([1, Symbol('a')])], 'arguments[0].values()[1]'],
  ['what a name tells of a person', [{ 'Jane Doe': () => {} }], 'arguments[0][?]'],
]

describe('canonicalArguments', () => {
  test('are different for what is different', () => {
    const seen = new Map<string, unknown[]>()
    for (const args of different) {
      const found = text(...args)
      expect({ args, same: seen.get(found) }).toEqual({ args, same: undefined })
      seen.set(found, args)
    }
  })

  test.each(equal)('are equal for what is equal: %o', (a, b) => {
    expect(text(...a)).toBe(text(...b))
  })

  test.each(refused)('refuse %s', (_, args, field) => {
    expect(() => text(...args)).toThrow(
      expect.objectContaining({ code: 'CACHE_ARGUMENT_UNSUPPORTED', field }),
    )
  })

  test('refuse what is too deep or too long, in time', () => {
    expect(() => text(deep)).toThrow(/deeper than 100/)
    expect(() => text(shared)).toThrow(/longer than 1048576/)
    expect(() => text('a'.repeat(2 ** 20))).toThrow(/longer than 1048576/)
  })

  test('let a value occur twice that does not hold itself', () => {
    const part = { a: 1 }
    expect(text([part, part])).toBe(text([{ a: 1 }, { a: 1 }]))
  })

  test('leave out positions, and properties of arguments alone', () => {
    const without = (...args: unknown[]) => canonicalArguments(args, new Set([1, 'debug']))
    expect(without('a')).toBe(without('a', Symbol('any')))
    expect(without('a', 1, 'b')).not.toBe(without('a', 'b'))
    expect(without({ id: 1, debug: () => {} })).toBe(without({ id: 1 }))
    expect(without({ id: 1, by: { debug: true } })).not.toBe(without({ id: 1, by: {} }))
    expect(without([{ debug: true }])).not.toBe(without([{}]))
  })

  const leaf = fc.oneof(
    fc.constantFrom<unknown>(
      undefined,
      null,
      true,
      false,
      0,
      -0,
      Number.NaN,
      '',
      'a',
      'b',
      'a,b',
      '1',
      1,
      1n,
      's1:a',
      '0:',
    ),
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc.integer({ min: -3, max: 3 }),
    fc.bigInt({ min: -2n, max: 2n }),
    fc.double(),
    fc.integer({ min: 0, max: 3 }).map(at => new Date(at)),
    fc.constantFrom('\ud800', '\udc00', '\ud800a', '\ufffd'),
  )
  /** Few names and short lists, so that pairs come near to each other. */
  const { value } = fc.letrec<{ value: unknown }>(tie => ({
    value: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', '1:a', '__proto__', ''), tie('value'), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
      fc.array(fc.tuple(leaf, tie('value')), { maxLength: 3 }).map(entries => new Map(entries)),
      fc.array(leaf, { maxLength: 3 }).map(elements => new Set(elements)),
      fc.uint8Array({ maxLength: 3 }),
      fc.float32Array({ maxLength: 2 }),
    ),
  }))
  const args = fc.array(value, { maxLength: 3 })
  // Node's own comparison is the judge: it tells -0 from 0 and holes from undefined, and takes no account of orders.
  const seed = Date.now() % 2 ** 31

  test('are equal if and only if the arguments are', () => {
    fc.assert(
      fc.property(args, args, (a, b) => {
        expect(text(...a) === text(...b)).toBe(isDeepStrictEqual(a, b))
      }),
      { numRuns: 3000, seed },
    )
  })

  test('are those of a copy, and not those of what is one step away', () => {
    fc.assert(
      fc.property(args, fc.nat(), (given, at) => {
        const copy = structuredClone(given)
        expect(text(...copy)).toBe(text(...given))
        for (const near of [
          [...copy, undefined],
          [copy],
          [JSON.stringify(copy, (_, one) => (typeof one === 'bigint' ? String(one) : one))],
          copy.map((one, index) => (index === at % copy.length ? [one] : one)),
          copy.flat(),
          copy.map(one => (typeof one === 'number' ? String(one) : one)),
        ]) {
          expect(text(...near) === text(...given)).toBe(isDeepStrictEqual(near, given))
        }
      }),
      { numRuns: 1500, seed },
    )
  })
})
