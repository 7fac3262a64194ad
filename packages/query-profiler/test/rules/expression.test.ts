import fc from 'fast-check'
import { expect, test } from 'vitest'
import { redactExpression } from '#src/plan/redact-expression'
import { branchesOf, conditionsOf } from '#src/rules/expression'

const of = (expression: string, alias = 'o') => conditionsOf(expression, alias)

test('splits a condition at its outer ANDs, and tells what each asks of its columns', () => {
  const filter =
    "((o.total > '5'::numeric) AND (o.status = 'paid'::text) AND ((o.a = 1) OR (o.b = 2)) AND (o.x IS NULL))"
  for (const expression of [filter, redactExpression(filter)])
    expect(of(expression).map(({ columns, kind }) => [columns, kind])).toEqual([
      [['total'], 'range'],
      [['status'], 'equality'],
      [['a', 'b'], 'other'],
      [['x'], 'equality'],
    ])
})

test('knows its own columns from those of other relations', () => {
  expect(of('(o.customer_id = c.id)')[0]).toMatchObject({ columns: ['customer_id'], kind: 'equality' })
  expect(of('("O".id = ?)', 'O')[0]).toMatchObject({ columns: ['id'] })
  expect(of('(c.id = ?)')[0]).toMatchObject({ columns: [] })
})

test('reads names in quotes', () => {
  expect(of('("createdAt" = ?)')[0]?.columns).toEqual(['createdAt'])
  expect(of('(("a""b (x)")::text = ?)')[0]).toMatchObject({ columns: ['a"b (x)'], casts: [{ type: 'text' }] })
})

test.each([
  ['((id)::numeric = ?)', 'id', 'numeric'],
  ['((o.id)::double precision = ?)', 'id', 'double precision'],
  ['((code)::character varying(20) = ?)', 'code', 'character varying'],
  ['((at)::timestamp(3) without time zone > ?)', 'at', 'timestamp'],
  ['((tags)::text[] = ?)', 'tags', 'text [ ]'],
])('sees the cast in %s', (expression, column, type) => {
  expect(of(expression)[0]?.casts).toEqual([{ column, type }])
})

test('a cast of a value, or of what is computed, is none of a column', () => {
  expect(of("(id = '5'::bigint)")[0]).toMatchObject({ columns: ['id'], casts: [] })
  expect(of('((a + b)::bigint = ?)')[0]?.casts).toEqual([])
  expect(of('(at = (?)::timestamp with time zone)')[0]).toMatchObject({ columns: ['at'], casts: [] })
})

test('names the outermost function of a column, and none of a value', () => {
  expect(of('(lower(btrim((email)::text)) = ?)')[0]?.functions).toEqual([{ name: 'lower', column: 'email' }])
  expect(of('(date_trunc(?, created_at) = ?)')[0]?.functions).toEqual([
    { name: 'date_trunc', column: 'created_at' },
  ])
  expect(of('(email = lower(?))')[0]?.functions).toEqual([])
  expect(of('(id = ANY (?))')[0]).toMatchObject({ functions: [], kind: 'equality', columns: ['id'] })
})

test('tells a pattern with a leading wildcard, as it is written and without its value', () => {
  const patterns = [
    "(email ~~ '%x'::text)",
    "(email ~~ 'x%'::text)",
    "(email ~~* '_x'::text)",
    '(email ~~ $1)',
  ]
  const leading = [true, false, true, undefined]
  expect(patterns.map(each => of(each)[0]?.leadingWildcard)).toEqual(leading)
  expect(patterns.map(each => of(redactExpression(each))[0]?.leadingWildcard)).toEqual(leading)
  expect(of("(email ~~* 'x'::text)")[0]).toMatchObject({ kind: 'pattern', ignoresCase: true })
})

test('branches are those of an OR at the top only', () => {
  expect(branchesOf('((a = ?) OR (b = ?) OR ((c = ?) AND (d = ?)))', 'o').map(each => each.columns)).toEqual([
    ['a'],
    ['b'],
    ['c', 'd'],
  ])
  expect(branchesOf('((a = ?) AND ((b = ?) OR (c = ?)))', 'o')).toEqual([])
})

test('words within a literal are no columns, and any text is read to its end', () => {
  expect(of("(note = 'it''s (lower(x)) AND y = z'::text)")[0]?.columns).toEqual(['note'])
  const part = fc.constantFrom(
    '(',
    ')',
    '"',
    "'",
    '::',
    'a',
    'AND',
    'OR',
    '.',
    '?',
    '%',
    '$1',
    '=',
    '~~',
    '[',
    ' ',
    'ü',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(part).map(parts => parts.join('')),
      ),
      text => {
        expect(Array.isArray(of(text))).toBe(true)
        branchesOf(text, 'a')
      },
    ),
    { numRuns: 2000 },
  )
})
