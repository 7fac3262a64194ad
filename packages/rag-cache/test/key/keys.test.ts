import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '#src/key/canonical-json'
import { normalForm } from '#src/key/normal-form'
import { RagKeys } from '#src/key/rag-keys'
import { tenantKey } from '../rag-world.js'

describe('the normal form of a text', () => {
  test.each([
    ['What  is\u00a0AIDS ?', 'what is AIDS ?'],
    ['AIDS', 'AIDS'],
    ['aids', 'aids'],
    ['pH of blood', 'pH of blood'],
    ['mRNA vaccine', 'mRNA vaccine'],
    ['Is it safe? Are there risks?', 'is it safe? are there risks?'],
    ['(Heart) pain', '(heart) pain'],
    ['Mg deficiency', 'Mg deficiency'],
    ['Treatment of Crohn disease', 'treatment of Crohn disease'],
    ['WHAT IS AIDS', 'WHAT IS AIDS'],
    ['ﬁbrosis', 'fibrosis'],
    ['５ mg', '5 mg'],
    ['e\u0301', 'é'],
    ['a\ud800b', 'a\ufffdb'],
    ['5.5 Na', '5.5 Na'],
  ])('of %j is %j', (text, form) => {
    expect(normalForm(text)).toBe(form)
  })

  test('is its own, of any text', () => {
    const pieces = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('Is ', 'The. ', 'AIDS', ' ', '? ', 'İ', 'ẞ'),
    )
    fc.assert(
      fc.property(fc.array(pieces), parts => {
        const form = normalForm(parts.join(''))
        expect(normalForm(form)).toBe(form)
      }),
    )
  })
})

const json = fc.jsonValue({ maxDepth: 3 })

describe('the JSON of filters', () => {
  test('is one for one value, in whatever order its properties stand, and another for another', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), json, (object, other) => {
        const turned = Object.fromEntries(Object.entries(object).reverse())
        expect(canonicalJson(turned)).toBe(canonicalJson(object))
        expect(canonicalJson(JSON.parse(canonicalJson(object)))).toBe(canonicalJson(object))
        expect(canonicalJson(other) === canonicalJson(object)).toBe(
          sorted(other) === sorted(JSON.parse(JSON.stringify(object))),
        )
      }),
    )
  })

  test.each([Number.NaN, 1n, new Map(), undefined, () => {}])('refuses %s', value => {
    expect(() => canonicalJson({ value: [value] })).toThrow(
      expect.objectContaining({ code: 'RAG_REQUEST_INVALID', field: 'filters' }),
    )
  })
})

describe('keys', () => {
  const parts = { tenantKey, model: { name: 'm', dimensions: 3 }, indexVersion: '1', precision: 'float32' }
  const asked = fc.record({
    text: fc.string({ maxLength: 3 }),
    tenant: fc.string({ maxLength: 2 }),
    topK: fc.integer({ min: 1, max: 3 }),
    scoreThreshold: fc.constantFrom(0, 0.5, 1),
    filters: fc.option(fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('1', 1, null)), {
      nil: undefined,
    }),
    model: fc.constantFrom('m', 'n'),
    dimensions: fc.constantFrom(3, 4),
    indexVersion: fc.constantFrom('1', '2'),
  })
  type Asked = typeof asked extends fc.Arbitrary<infer Value> ? Value : never
  const keyOf = ({ text, model, dimensions, indexVersion, ...rest }: Asked) => {
    const keys = new RagKeys({ ...parts, model: { name: model, dimensions }, indexVersion })
    return keys.search({ ...rest, queryId: keys.queryId(rest.tenant, text) })
  }

  test('are the same for the same search, and for no two different ones', () => {
    fc.assert(
      fc.property(asked, asked, (a, b) => {
        expect(keyOf(a) === keyOf(b)).toBe(sorted(a) === sorted(b))
        expect(keyOf({ ...a })).toBe(keyOf(a))
      }),
      { numRuns: 1000 },
    )
  })

  test('hold nothing of a text, and are others with another secret', () => {
    const other = new RagKeys({ ...parts, tenantKey: () => Buffer.alloc(32, 1) })
    const keys = new RagKeys(parts)
    expect(keys.embedding('', 'heart')).toMatch(/^rag_embedding:[\w-]{43}$/)
    expect(other.embedding('', 'heart')).not.toBe(keys.embedding('', 'heart'))
    expect(() => new RagKeys({ ...parts, tenantKey: () => Buffer.alloc(8) }).embedding('', 'x')).toThrow(
      expect.objectContaining({ code: 'RAG_OPTION_INVALID', field: 'tenantKey' }),
    )
  })
})

/** A text that two values share if they are equal. */
function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join()}]`
  if (typeof value !== 'object' || value === null)
    return value === undefined ? 'undefined' : JSON.stringify(value)
  return `{${Object.entries(value)
    .filter(([, held]) => held !== undefined)
    .map(([name, held]) => `${JSON.stringify(name)}:${sorted(held)}`)
    .sort()
    .join()}}`
}
