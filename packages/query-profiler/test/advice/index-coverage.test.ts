import { expect, test } from 'vitest'
import type { IndexFacts } from '#src/advice/catalog-facts'
import { type CandidateKey, indexCandidate } from '#src/advice/index-candidate'
import { beginsWith, coveringIndex, madeSuperfluous } from '#src/advice/index-coverage'
import { indexName } from '#src/advice/index-name'
import { indexFacts, tableFacts } from './table-facts.js'

const table = tableFacts('public.t', { a: 'integer', b: 'integer', c: 'text' })

function candidate(
  keys: readonly string[],
  equalKeys = 0,
  more: { included?: string[]; predicate?: string; method?: 'gin' } = {},
) {
  const { included = [], predicate, method = 'btree' } = more
  return indexCandidate({
    table,
    method,
    keys: keys.map(keyOf),
    equalKeys,
    included,
    predicate: predicate === undefined ? null : { sql: predicate, share: 0.1 },
  })
}

function keyOf(text: string): CandidateKey {
  const [key = '', direction] = text.split(' ')
  const isDescending = direction === 'desc'
  return {
    key,
    columns: [key],
    isExpression: key.includes('('),
    isDescending,
    nullsFirst: isDescending,
    operatorClass: '',
  }
}

test.each<[string, ReturnType<typeof candidate>, IndexFacts, boolean]>([
  ['equal', candidate(['a', 'b']), indexFacts('i', ['a', 'b']), true],
  ['the beginning', candidate(['a']), indexFacts('i', ['a', 'b']), true],
  ['not the beginning', candidate(['b']), indexFacts('i', ['a', 'b']), false],
  ['longer', candidate(['a', 'b']), indexFacts('i', ['a']), false],
  ['equality in another order', candidate(['a', 'b'], 2), indexFacts('i', ['b', 'a']), true],
  ['an order in another order', candidate(['a', 'b'], 0), indexFacts('i', ['b', 'a']), false],
  ['all turned', candidate(['a desc', 'b desc']), indexFacts('i', ['a', 'b']), true],
  ['half turned', candidate(['a', 'b desc']), indexFacts('i', ['a', 'b']), false],
  ['equality before a turned order', candidate(['a', 'b desc'], 1), indexFacts('i', ['a', 'b']), true],
  ['invalid', candidate(['a']), indexFacts('i', ['a'], { isValid: false }), false],
  ['of part of the rows', candidate(['a']), indexFacts('i', ['a'], { predicate: 'b = 1' }), false],
  [
    'the same part',
    candidate(['a'], 1, { predicate: 'b IS NULL' }),
    indexFacts('i', ['a'], { predicate: 'b IS NULL' }),
    true,
  ],
  ['a part of a whole one', candidate(['a'], 1, { predicate: 'b IS NULL' }), indexFacts('i', ['a']), true],
  ['columns that are not there', candidate(['a'], 1, { included: ['c'] }), indexFacts('i', ['a']), false],
  [
    'columns that are keys there',
    candidate(['a'], 1, { included: ['c'] }),
    indexFacts('i', ['a', 'c']),
    true,
  ],
  ['an expression with casts', candidate(['lower(c)'], 1), indexFacts('i', ['lower(c::text)']), true],
  ['another expression', candidate(['upper(c)'], 1), indexFacts('i', ['lower(c)']), false],
  ['another method', candidate(['a'], 1, { method: 'gin' }), indexFacts('i', ['a']), false],
])('covered: %s', (_, one, index, expected) => {
  expect(coveringIndex(one, [index]) !== undefined).toBe(expected)
})

test('an index that begins another is superfluous beside it, unless it is more than that', () => {
  const wide = candidate(['a', 'b'])
  expect(madeSuperfluous(wide, [indexFacts('i', ['a'])]).map(index => index.name)).toEqual(['i'])
  expect(madeSuperfluous(wide, [indexFacts('i', ['a'], { isUnique: true })])).toEqual([])
  expect(madeSuperfluous(wide, [indexFacts('i', ['a'], { predicate: 'b = 1' })])).toEqual([])
  expect(madeSuperfluous(wide, [indexFacts('i', ['b'])])).toEqual([])
})

test('a candidate begins with another only where it serves all that the other does', () => {
  expect(beginsWith(candidate(['a', 'b']), candidate(['a']))).toBe(true)
  expect(beginsWith(candidate(['a', 'b']), candidate(['b']))).toBe(false)
  expect(beginsWith(candidate(['a', 'b'], 0, { predicate: 'c IS NULL' }), candidate(['a']))).toBe(false)
  expect(beginsWith(candidate(['a']), candidate(['a'], 0, { predicate: 'c IS NULL' }))).toBe(true)
})

test('names are free, different, and at most 63 bytes of whole letters', () => {
  const long = tableFacts(`public.${'é'.repeat(40)}`, { a: 'integer' })
  const catalog = {
    tables: new Map([['public.t', tableFacts('public.t', {}, { indexes: [indexFacts('t_a_idx', ['a'])] })]]),
  }
  const taken = new Set<string>()
  expect(indexName(candidate(['a']), catalog, taken)).toBe('t_a_idx1')
  expect(indexName(candidate(['a']), catalog, taken)).toBe('t_a_idx2')
  const name = indexName({ ...candidate(['a']), table: long }, catalog, taken)
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63)
  expect(name).toMatch(/^é+_idx$/)
})

test('sizes lie between sharing equal keys and not', () => {
  const { bytes } = candidate(['a'])
  expect(bytes.low).toBeGreaterThan(1_000_000 * 6)
  expect(bytes.high).toBeGreaterThan(bytes.low * 2)
  expect(bytes.high).toBeLessThan(1_000_000 * 30)
})
