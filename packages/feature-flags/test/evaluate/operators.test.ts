import { describe, expect, test } from 'vitest'
import { ConditionCompiler } from '#src/evaluate/compile-condition'
import type { EvaluationContext } from '#src/evaluate/evaluation'
import { checkCondition } from '#src/flag/check-condition'
import { type Operator, operators } from '#src/flag/flag-definition'

interface Case {
  readonly value?: unknown
  readonly ignoreCase?: true
  readonly holds: readonly unknown[]
  readonly fails: readonly unknown[]
}

const noText = [1, true, ['a'], { a: 1 }, null, undefined, new Date(0)]
const noNumber = [
  '1',
  '',
  true,
  [1],
  {},
  null,
  undefined,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  new Date(5),
  5n,
]
const noVersion = ['1', '1.2', '2.0.0.0', 'x', '', 2, null, undefined, '1.0.0'.padEnd(300, '0')]
const noInstant = [
  '',
  '2026',
  '2026-02-30',
  '2026-02-01T00:00:00',
  'Feb 1 2026',
  '2026-13-01',
  1e12,
  null,
  undefined,
]

const cases: Readonly<Record<Operator, readonly Case[]>> = {
  equals: [
    { value: 'de', holds: ['de'], fails: ['DE', 'd', '', ...noText] },
    { value: 'straße', ignoreCase: true, holds: ['STRAßE', 'Straße'], fails: ['strasse', ...noText] },
    { value: 1, holds: [1, 1.0], fails: ['1', true, 1n, null, undefined, Number.NaN] },
    { value: true, holds: [true], fails: [1, 'true', false] },
    { value: false, holds: [false], fails: [0, '', null, undefined] },
    { value: '', holds: [''], fails: [0, false, null, undefined, []] },
  ],
  notEquals: [
    { value: 'de', holds: ['DE', 'd', ''], fails: ['de', ...noText] },
    { value: 'de', ignoreCase: true, holds: ['d'], fails: ['DE', 'de', ...noText] },
    { value: 1, holds: [2, 0, -1], fails: [1, '2', Number.NaN, null, undefined] },
  ],
  in: [
    { value: ['de', 'at'], holds: ['de', 'at'], fails: ['DE', 'ch', ['de'], ...noText] },
    { value: ['De', 'AT'], ignoreCase: true, holds: ['dE', 'at'], fails: ['ch', ...noText] },
    { value: [1, 2], holds: [1, 2], fails: ['1', 3, Number.NaN, undefined] },
  ],
  notIn: [
    { value: ['de', 'at'], holds: ['DE', 'ch', ''], fails: ['de', 'at', ['ch'], ...noText] },
    { value: ['de'], ignoreCase: true, holds: ['ch'], fails: ['DE', ...noText] },
    { value: [1, 2], holds: [3], fails: [1, '3', Number.NaN, null, undefined] },
  ],
  contains: [
    {
      value: 'ard',
      holds: ['cardio', 'ard', ['x', 'ard']],
      fails: ['CARDIO', ['cardio'], [], 1, null, undefined],
    },
    { value: 'ARD', ignoreCase: true, holds: ['cardio', ['Ard']], fails: ['car', ['cardio']] },
    { value: 2, holds: [[1, 2]], fails: [['2'], '2', 2, 12, { length: 1, 0: 2 }] },
  ],
  startsWith: [
    { value: 'abc', holds: ['abc', 'abcdef'], fails: ['ABC', 'ab', 'xabc', '', ...noText] },
    { value: 'ABC', ignoreCase: true, holds: ['abcdef'], fails: ['ab', ...noText] },
  ],
  endsWith: [
    { value: 'xyz', holds: ['xyz', 'uvwxyz'], fails: ['XYZ', 'yz', 'xyza', '', ...noText] },
    { value: 'xyz', ignoreCase: true, holds: ['uvwXYZ'], fails: ['yz', ...noText] },
  ],
  matches: [
    { value: '^dr-\\d+$', holds: ['dr-1'], fails: ['DR-1', 'xdr-1', 'dr-', ...noText] },
    { value: 'a+b', holds: ['xaab'], fails: ['b', `${'a'.repeat(4000)}`] },
    { value: '^DR', ignoreCase: true, holds: ['dr-1'], fails: ['x', ...noText] },
  ],
  lessThan: [{ value: 5, holds: [4.99, -1], fails: [5, 6, ...noNumber] }],
  lessThanOrEqual: [{ value: 5, holds: [5, 4], fails: [5.01, ...noNumber] }],
  greaterThan: [{ value: 5, holds: [5.01], fails: [5, 4, ...noNumber] }],
  greaterThanOrEqual: [{ value: 5, holds: [5, 6], fails: [4.99, ...noNumber] }],
  before: [
    {
      value: '2026-02-01',
      holds: ['2026-01-31', '2026-02-01T00:30:00+01:00', new Date('2026-01-31T23:59:59.999Z')],
      fails: [
        '2026-02-01',
        '2026-02-01T00:00:00Z',
        new Date('2026-02-01'),
        new Date(Number.NaN),
        ...noInstant,
      ],
    },
  ],
  after: [
    {
      value: '2026-02-01T12:00:00Z',
      holds: ['2026-02-02', '2026-02-01T12:00:00.001Z', '2026-02-01T12:30Z', new Date('2026-03-01')],
      fails: ['2026-02-01T12:00:00Z', '2026-02-01', new Date(0), { getTime: () => 9e15 }, ...noInstant],
    },
  ],
  semverEquals: [
    {
      value: '2.0.0',
      holds: ['2.0.0', 'v2.0.0', '2.0.0+build'],
      fails: ['2.0.1', '2.0.0-alpha', ...noVersion],
    },
  ],
  semverLessThan: [
    { value: '2.0.0', holds: ['1.9.0', '2.0.0-alpha', '1.10.0'], fails: ['2.0.0', '10.0.0', ...noVersion] },
  ],
  semverLessThanOrEqual: [{ value: '2.0.0', holds: ['2.0.0', '1.0.0'], fails: ['2.0.1', ...noVersion] }],
  semverGreaterThan: [
    { value: '2.0.0-beta.2', holds: ['2.0.0-beta.10', '2.0.0'], fails: ['2.0.0-beta.2', ...noVersion] },
  ],
  semverGreaterThanOrEqual: [
    { value: '1.9.0', holds: ['1.10.0', '1.9.0'], fails: ['1.8.9', '1.9.0-rc.1', ...noVersion] },
  ],
  exists: [
    {
      holds: ['', 0, false, [], {}, new Date(0)],
      fails: [null, undefined, Number.NaN, 5n, Symbol('x'), () => 1],
    },
  ],
}

describe.each(operators)('%s', operator => {
  test.each(cases[operator].map(each => [JSON.stringify(each.value), each] as const))('%s', (_, each) => {
    const { value, ignoreCase, holds, fails } = each
    const given = {
      attribute: 'x',
      operator,
      ...(value !== undefined && { value }),
      ...(ignoreCase && { ignoreCase }),
    }
    const condition = new ConditionCompiler([]).compile(checkCondition(given, 'when', { left: 9 }))
    const of = (x: unknown) => condition({ x } as EvaluationContext)
    for (const attribute of holds) expect([attribute, of(attribute)]).toEqual([attribute, true])
    for (const attribute of fails) expect([attribute, of(attribute)]).toEqual([attribute, false])
    expect(condition({})).toBe(false)
    // Only what the context itself has counts.
    expect(condition(Object.create({ x: holds[0] }) as EvaluationContext)).toBe(false)
  })
})

test('a text that is too long for a regular expression is an error, not a no', () => {
  const condition = new ConditionCompiler([]).compile({
    not: { attribute: 'x', operator: 'matches', value: 'b' },
  })
  expect(condition({ x: 'a'.repeat(4096) })).toBe(true)
  expect(() => condition({ x: 'a'.repeat(4097) })).toThrow(RangeError)
})

test('properties of the prototype of all objects are no attributes', () => {
  const condition = new ConditionCompiler([]).compile({ attribute: 'toString', operator: 'exists' })
  expect(condition({})).toBe(false)
  expect(condition(JSON.parse('{"toString": 1}'))).toBe(true)
})

test('all, any and not', () => {
  const is = (value: string) => ({ attribute: 'x', operator: 'equals', value }) as const
  const compiler = new ConditionCompiler([])
  const both = compiler.compile({ all: [is('a'), { attribute: 'y', operator: 'exists' }] })
  const either = compiler.compile({ any: [is('a'), is('b')] })
  const neither = compiler.compile({ not: { any: [is('a'), is('b')] } })
  expect([both({ x: 'a' }), both({ x: 'a', y: 1 })]).toEqual([false, true])
  expect([either({ x: 'c' }), either({ x: 'b' }), either({})]).toEqual([false, true, false])
  expect([neither({ x: 'c' }), neither({ x: 'b' }), neither({})]).toEqual([true, false, true])
})

test('a segment: excluded outranks included, which outranks its condition', () => {
  const compiler = new ConditionCompiler([
    {
      name: 'staff',
      when: { attribute: 'role', operator: 'equals', value: 'staff' },
      included: ['ada', 'bob'],
      excluded: ['bob', 'eve'],
    },
    { name: 'none', when: null, included: [], excluded: [] },
    { name: 'others', when: { not: { segment: 'staff' } }, included: [], excluded: [] },
  ])
  const [staff, none, others] = ['staff', 'none', 'others'].map(segment => compiler.compile({ segment }))
  expect(staff!({ targetingKey: 'ada' })).toBe(true)
  expect(staff!({ targetingKey: 'bob', role: 'staff' })).toBe(false)
  expect(staff!({ targetingKey: 'eve', role: 'staff' })).toBe(false)
  expect(staff!({ targetingKey: 'kim', role: 'staff' })).toBe(true)
  expect(staff!({ role: 'staff' })).toBe(true)
  expect(staff!({})).toBe(false)
  expect(none!({ targetingKey: 'ada' })).toBe(false)
  expect([others!({ targetingKey: 'eve' }), others!({ targetingKey: 'ada' })]).toEqual([true, false])
})
