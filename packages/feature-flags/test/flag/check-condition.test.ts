import { expect, test } from 'vitest'
import { checkFlag } from '#src/flag/check-flag'

const isThere = { attribute: 'x', operator: 'exists' }
const when = (condition: unknown) => ({
  name: 'f',
  targetingRules: [{ id: 'r', when: condition, serve: { variant: 'on' } }],
})
const operator = (name: string, value?: unknown, more = {}) =>
  when({ attribute: 'x', operator: name, value, ...more })
const nested = (depth: number): unknown => (depth === 1 ? isThere : { not: nested(depth - 1) })
const flat = (count: number) => ({ any: Array.from({ length: count - 1 }, () => isThere) })
const value = 'targetingRules[0].when.value'

test.each<[string, unknown, string]>([
  ['no condition', when(undefined), 'targetingRules[0].when'],
  ['an empty condition', when({}), 'targetingRules[0].when.attribute'],
  ['an empty all', when({ all: [] }), 'targetingRules[0].when.all'],
  ['an empty any', when({ any: [] }), 'targetingRules[0].when.any'],
  ['two kinds in one', when({ all: [isThere], any: [isThere] }), 'targetingRules[0].when.any'],
  ['11 levels', when(nested(11)), `targetingRules[0].when${'.not'.repeat(10)}`],
  ['201 conditions', when(flat(201)), 'targetingRules[0].when.any[199]'],
  ['an unknown operator', operator('like', 'x'), 'targetingRules[0].when.operator'],
  ['an operator of the prototype', operator('toString', 'x'), 'targetingRules[0].when.operator'],
  [
    'an attribute without a name',
    when({ attribute: '', operator: 'exists' }),
    'targetingRules[0].when.attribute',
  ],
  ['no value', operator('equals'), value],
  ['a null', operator('equals', null), value],
  ['an object', operator('notEquals', {}), value],
  ['exists with a value', operator('exists', true), value],
  ['a list for equals', operator('equals', ['a']), value],
  ['a text for in', operator('in', 'a'), value],
  ['an empty list', operator('notIn', []), value],
  ['a list of two types', operator('in', ['1', 1]), `${value}[1]`],
  ['10,001 values', operator('in', new Array(10_001).fill(1)), value],
  ['an empty start', operator('startsWith', ''), value],
  ['a number as an end', operator('endsWith', 1), value],
  ['an empty part', operator('contains', ''), value],
  ['a long text', operator('equals', 'x'.repeat(1025)), value],
  ['a number as a text', operator('lessThan', '5'), value],
  ['infinity', operator('greaterThan', Number.POSITIVE_INFINITY), value],
  ['a date as a number', operator('before', 5), value],
  ['a version of two parts', operator('semverEquals', '1.2'), value],
  ['a version range', operator('semverEquals', '^1.2.0'), value],
  ['an open group', operator('matches', '('), value],
  ['a backreference', operator('matches', '(a)\\1'), value],
  ['a lookahead', operator('matches', 'a(?=b)'), value],
  ['a regular expression over 1 KiB', operator('matches', 'ä'.repeat(513)), value],
  ['a regular expression that grows', operator('matches', '(a{1000}){3}'), value],
  ['a regular expression of many instructions', operator('matches', 'a{1000}b{1000}c{1000}'), value],
  ['case of a number', operator('lessThan', 1, { ignoreCase: true }), 'targetingRules[0].when.ignoreCase'],
  ['case as a text', operator('equals', 'a', { ignoreCase: 'yes' }), 'targetingRules[0].when.ignoreCase'],
  ['a field of a condition', operator('equals', 'a', { negate: true }), 'targetingRules[0].when.negate'],
])('%s is refused, and its field named', (_, input, field) => {
  expect(() => checkFlag(input)).toThrow(
    expect.objectContaining({
      code: 'FLAG_INVALID',
      field,
      message: expect.stringContaining(field),
      remedy: expect.any(String),
    }),
  )
})

test('what is at a limit is taken', () => {
  checkFlag(when(nested(10)))
  checkFlag(when(flat(200)))
  checkFlag(
    operator(
      'in',
      Array.from({ length: 10_000 }, (_, at) => at),
    ),
  )
})
