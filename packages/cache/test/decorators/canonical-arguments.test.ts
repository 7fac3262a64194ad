import { inspect, isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalArguments } from '#src/decorators/canonical-arguments'
import { deep, different, equal, refused, shared } from './canonical-cases.js'

const text = (...args: unknown[]) => canonicalArguments(args)

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

  test('are different for what is different, of many that are made of the same few parts', () => {
    const part = fc.constantFrom<unknown>(undefined, '', 'a', 's0:', 's1:a', 'u', 1, '1', ';')
    const few = fc.letrec<{ value: unknown }>(tie => ({
      value: fc.oneof(
        { maxDepth: 2 },
        part,
        fc.array(tie('value'), { maxLength: 2 }),
        fc.dictionary(fc.constantFrom('', 'a', '1:a', 'u'), part, { maxKeys: 2, noNullPrototype: true }),
        fc.array(fc.tuple(part, part), { maxLength: 2 }).map(entries => new Map(entries)),
        fc.array(part, { maxLength: 2 }).map(elements => new Set(elements)),
      ),
    })).value
    fc.assert(
      fc.property(fc.array(fc.array(few, { maxLength: 3 }), { minLength: 200, maxLength: 200 }), lists => {
        const seen = new Map<string, unknown[]>()
        for (const list of lists) {
          const found = text(...list)
          const before = seen.get(found) ?? list
          if (!isDeepStrictEqual(before, list))
            expect.fail(`the same: ${inspect([before, list], { depth: 9 })}`)
          seen.set(found, list)
        }
      }),
      { numRuns: 150, seed },
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
