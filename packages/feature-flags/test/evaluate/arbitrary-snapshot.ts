import fc from 'fast-check'
import { checkSnapshot } from '#src/flag/check-snapshot'
import { type FlagSnapshot, type Operator, operators } from '#src/flag/flag-definition'

export const attributes = ['targetingKey', 'role', 'age', 'version', 'at', 'tags', 'toString', '__proto__']
export const keys = ['ada', 'bob', 'Zoë', '日本', 'x'.repeat(50)]
const texts = ['a', 'A', 'ab', 'ba', 'doctor', ...keys]
const versions = ['1.0.0', 'v1.0.0', '1.2.0-rc.1', '1.10.0', '2.0.0+b']
const instants = ['2026-01-01', '2026-01-01T00:00:00Z', '2026-06-01T12:00:00+02:00']
const numbers = [-1, 0, 1, 1.5, 30, 1e300]

/** What an attribute may be, of the kinds that JSON has. */
export const plainValue = fc.oneof(
  fc.constantFrom<unknown>(...texts, ...versions, ...instants, ...numbers),
  fc.constantFrom<unknown>(true, false, null, undefined, '', Number.NaN, Number.POSITIVE_INFINITY, [], {}, [
    'a',
    1,
  ]),
  fc.constantFrom(...instants).map(text => new Date(text)),
)

const text = fc.constantFrom(...texts)
const number = fc.constantFrom(...numbers)
const scalar = fc.oneof(text, number, fc.boolean())
const list = fc.oneof(
  fc.array(text, { minLength: 1, maxLength: 4 }),
  fc.array(number, { minLength: 1, maxLength: 4 }),
)

function operandOf(operator: Operator): fc.Arbitrary<unknown> {
  if (operator === 'exists') return fc.constant(undefined)
  if (operator === 'in' || operator === 'notIn') return list
  if (operator === 'matches') return fc.constantFrom('^a', 'b$', 'o.*r', '[a-z]+', 'A')
  if (operator === 'before' || operator === 'after') return fc.constantFrom(...instants)
  if (operator.startsWith('semver')) return fc.constantFrom(...versions)
  if (operator === 'startsWith' || operator === 'endsWith') return text
  return operator.includes('Than') ? number : scalar
}

const folding: readonly Operator[] = [
  'equals',
  'notEquals',
  'in',
  'notIn',
  'contains',
  'startsWith',
  'endsWith',
  'matches',
]

const leaf = fc.constantFrom(...operators).chain(operator =>
  fc.record({
    attribute: fc.constantFrom(...attributes),
    operator: fc.constant(operator),
    value: operandOf(operator),
    ignoreCase: folding.includes(operator) ? fc.boolean() : fc.constant(undefined),
  }),
)

const condition = (depth: number, segments: readonly string[]): fc.Arbitrary<unknown> => {
  const ends = [leaf, ...(segments.length > 0 ? [fc.record({ segment: fc.constantFrom(...segments) })] : [])]
  if (depth === 0) return fc.oneof(...ends)
  const inner = condition(depth - 1, segments)
  const some = fc.array(inner, { minLength: 1, maxLength: 3 })
  return fc.oneof(...ends, fc.record({ all: some }), fc.record({ any: some }), fc.record({ not: inner }))
}

const percentage = fc.oneof(
  fc.constantFrom(0, 50, 99.99, 100),
  fc.nat(10_000).map(step => step / 100),
)
const variant = fc.constantFrom('on', 'off', 'a', 'b')
const weight = fc.integer({ min: 1, max: 5 })
const serve = fc.oneof(
  fc.record({ variant }),
  fc.record({
    split: fc.uniqueArray(fc.record({ variant, weight }), {
      minLength: 1,
      maxLength: 3,
      selector: each => each.variant,
    }),
  }),
)

const flag = (name: string, after: readonly string[]) =>
  fc.record({
    name: fc.constant(name),
    enabled: fc.constantFrom(true, true, true, false),
    killed: fc.constantFrom(false, false, false, true),
    archived: fc.constantFrom(false, false, false, false, false, true),
    variants: fc.constant([
      { name: 'a', value: true, weight: 1 },
      { name: 'b', value: false, weight: 3 },
    ]),
    defaultVariant: fc.constantFrom(null, 'on', 'on', 'off', 'b'),
    rolloutPercentage: fc.option(percentage),
    rolloutSalt: fc.constantFrom('', 'salt'),
    prerequisites: fc.uniqueArray(
      fc.record({
        flag: fc.constantFrom(...after, 'last'),
        variants: fc.constantFrom(['on'], ['on', 'off'], ['off']),
      }),
      { maxLength: 2, selector: each => each.flag },
    ),
    targetingRules: fc
      .array(
        fc.record({
          when: condition(2, ['s1', 's2']),
          serve,
          rolloutPercentage: fc.option(percentage, { nil: undefined }),
        }),
        { maxLength: 3 },
      )
      .map(rules => rules.map((rule, at) => ({ id: `r${at}`, ...rule }))),
  })

const segment = (name: string, inner: readonly string[]) =>
  fc.record({
    name: fc.constant(name),
    when: fc.option(condition(1, inner)),
    included: fc.subarray(keys),
    excluded: fc.subarray(keys, { maxLength: 2 }),
  })

const override = fc
  .record({
    flag: fc.constantFrom('f', 'g'),
    targetingKey: fc.constantFrom(...keys),
    served: fc.constantFrom({ enabled: true }, { enabled: false }, { value: false }),
    expiresAtMs: fc.constantFrom(null, 999, 1000, 1001),
  })
  .map(({ served, ...rest }) => ({ ...rest, ...served }))

/** An environment of three flags: `f` may need `g`, and both `last`. */
export const arbitrarySnapshot: fc.Arbitrary<FlagSnapshot> = fc
  .record({
    flags: fc.tuple(flag('f', ['g']), flag('g', [])),
    segments: fc.tuple(segment('s1', ['s2']), segment('s2', [])),
    overrides: fc.uniqueArray(override, {
      maxLength: 4,
      selector: each => `${each.flag} ${each.targetingKey}`,
    }),
    last: fc.boolean(),
  })
  .map(({ flags, last, ...rest }) =>
    checkSnapshot({
      environment: 'test',
      ...rest,
      flags: [...flags, { name: 'last', enabled: last }],
    }),
  )
