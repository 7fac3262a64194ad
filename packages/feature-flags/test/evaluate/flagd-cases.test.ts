import { expect, test } from 'vitest'
import { compileSnapshot } from '#src/evaluate/compile-snapshot'
import type { EvaluationContext } from '#src/evaluate/evaluation'
import { checkSnapshot } from '#src/flag/check-snapshot'
import type { FlagValue } from '#src/flag/flag-definition'

// Facts of the evaluator cases of flagd (open-feature/flagd-testbed, Apache-2.0), put into our rules. Left out: `fractional`, which
// is another hash; ranges of versions (~ and ^) and rules that compute a variant, which we do not offer; malformed rules, which
// `checkFlag` refuses.

const text = (...names: string[]) => names.map(name => ({ name, value: name }))
const rule = (id: string, attribute: string, operator: string, value: unknown, variant = id) => ({
  ...{ id, when: { attribute, operator, value }, serve: { variant } },
})
const ballmer = { when: { segment: 'is_ballmer' } }
const pictures = { showImages: true, title: 'Check out these pics!', imagesPerPage: 100 }
const email = 'ballmer@macrosoft.com'

const zero = (name: string, type: string, none: FlagValue, some: FlagValue) => {
  const flag = {
    type,
    variants: [
      { name: 'zero', value: none },
      { name: 'non-zero', value: some },
    ],
    defaultVariant: 'zero',
  }
  const targetingRules = [{ id: 'zero', ...ballmer, serve: { variant: 'zero' } }]
  return [
    { ...flag, name: `${name}-zero-flag` },
    { ...flag, name: `${name}-targeted-zero-flag`, targetingRules },
  ]
}

const flags = [
  { name: 'boolean-flag' },
  {
    ...{ name: 'string-flag', type: 'string', defaultVariant: 'greeting' },
    variants: [
      { name: 'greeting', value: 'hi' },
      { name: 'parting', value: 'bye' },
    ],
  },
  {
    name: 'integer-flag',
    type: 'number',
    variants: [
      { name: 'one', value: 1 },
      { name: 'ten', value: 10 },
    ],
    defaultVariant: 'ten',
  },
  {
    name: 'float-flag',
    type: 'number',
    variants: [
      { name: 'tenth', value: 0.1 },
      { name: 'half', value: 0.5 },
    ],
    defaultVariant: 'half',
  },
  {
    ...{ name: 'object-flag', type: 'json', defaultVariant: 'template' },
    variants: [
      { name: 'empty', value: {} },
      { name: 'template', value: pictures },
    ],
  },
  { name: 'large-integer-flag', type: 'number', value: 2_147_483_647 },
  { name: 'huge-integer-flag', type: 'number', value: 9_007_199_254_740_991 },
  { name: 'integral-float-flag', type: 'number', value: 10.0 },
  ...zero('boolean', 'boolean', false, true),
  ...zero('string', 'string', '', 'str'),
  ...zero('integer', 'number', 0, 1),
  ...zero('object', 'json', {}, pictures),
  { name: 'wrong-flag', type: 'string', value: 'uno' },
  { name: 'metadata-flag', metadata: { string: '1.0.2', integer: 2, boolean: true, float: 0.1 } },
  { name: 'disabled-boolean-flag', type: 'string', value: 'x', enabled: false },
  {
    ...{
      name: 'no-default-flag',
      type: 'string',
      variants: text('normal', 'special'),
      defaultVariant: 'off',
    },
    targetingRules: [rule('special', 'email', 'equals', 'jobs@orange.com')],
  },
  {
    ...{
      name: 'starts-ends-flag',
      type: 'string',
      variants: text('prefix', 'postfix', 'none'),
      defaultVariant: 'none',
    },
    targetingRules: [rule('prefix', 'id', 'startsWith', 'abc'), rule('postfix', 'id', 'endsWith', 'xyz')],
  },
  {
    ...{
      name: 'version-flag',
      type: 'string',
      variants: text('equal', 'greater', 'lesser', 'none'),
      defaultVariant: 'none',
    },
    targetingRules: [
      rule('equal', 'version', 'semverEquals', '2.0.0'),
      rule('greater', 'version', 'semverGreaterThan', '2.0.0'),
      rule('lesser', 'version', 'semverLessThan', '2.0.0'),
    ],
  },
  {
    ...{
      name: 'v-prefix-flag',
      type: 'string',
      variants: text('match', 'no-match'),
      defaultVariant: 'no-match',
    },
    targetingRules: [rule('match', 'version', 'semverEquals', 'v1.0.0')],
  },
  {
    ...{
      name: 'build-flag',
      type: 'string',
      variants: text('match', 'no-match'),
      defaultVariant: 'no-match',
    },
    targetingRules: [rule('match', 'version', 'semverEquals', '1.0.0+build')],
  },
  {
    ...{ name: 'targeting-key-flag', type: 'string', variants: text('miss', 'hit'), defaultVariant: 'miss' },
    targetingRules: [rule('hit', 'targetingKey', 'equals', '5c3d8535-f81a-4478-a6d3-afaa4d51199e')],
  },
  {
    ...{
      name: 'some-email-targeted-flag',
      type: 'string',
      variants: text('hi', 'bye'),
      defaultVariant: 'bye',
    },
    targetingRules: [{ id: 'r', ...ballmer, serve: { variant: 'hi' } }],
  },
  {
    ...{
      name: 'some-other-email-targeted-flag',
      type: 'string',
      variants: text('yes', 'no'),
      defaultVariant: 'no',
    },
    targetingRules: [{ id: 'r', ...ballmer, serve: { variant: 'yes' } }],
  },
]
const compiled = compileSnapshot(
  checkSnapshot({
    environment: 'flagd',
    flags: flags.map(flag => ({ enabled: true, ...flag })),
    segments: [{ name: 'is_ballmer', when: { attribute: 'email', operator: 'equals', value: email } }],
  }),
)
const evaluate = (name: string, byDefault: FlagValue, context: object = {}) =>
  compiled.evaluate(name, byDefault, context as EvaluationContext, 0, false)

test.each<[string, FlagValue, FlagValue]>([
  ['boolean-flag', false, true],
  ['string-flag', 'bye', 'hi'],
  ['integer-flag', 1, 10],
  ['float-flag', 0.1, 0.5],
  ['object-flag', {}, pictures],
  ['large-integer-flag', 1, 2_147_483_647],
  ['huge-integer-flag', 1, 9_007_199_254_740_991],
  ['integral-float-flag', 0.1, 10],
  ['boolean-zero-flag', true, false],
  ['string-zero-flag', 'hi', ''],
  ['integer-zero-flag', 1, 0],
  ['object-zero-flag', { a: 1 }, {}],
])('%s with the default %j is %j', (name, byDefault, value) => {
  expect(evaluate(name, byDefault)).toMatchObject({ value, reason: 'STATIC' })
})

test.each<[string, FlagValue, FlagValue]>([
  ['boolean-targeted-zero-flag', true, false],
  ['string-targeted-zero-flag', 'hi', ''],
  ['integer-targeted-zero-flag', 1, 0],
  ['object-targeted-zero-flag', { a: 1 }, {}],
])('%s is nothing, whether targeted or not', (name, byDefault, value) => {
  expect(evaluate(name, byDefault, { email })).toMatchObject({ value, reason: 'TARGETING_MATCH' })
  expect(evaluate(name, byDefault)).toMatchObject({ value, reason: 'DEFAULT' })
})

test.each([
  ['starts-ends-flag', { id: 'abcdef' }, 'prefix'],
  ['starts-ends-flag', { id: 'uvwxyz' }, 'postfix'],
  ['starts-ends-flag', { id: 'abcxyz' }, 'prefix'],
  ['starts-ends-flag', { id: 'lmnopq' }, 'none'],
  ['starts-ends-flag', { id: 123 }, 'none'],
  ['starts-ends-flag', {}, 'none'],
  ['version-flag', { version: '2.0.0' }, 'equal'],
  ['version-flag', { version: '2.1.0' }, 'greater'],
  ['version-flag', { version: '1.9.0' }, 'lesser'],
  ['version-flag', { version: '2.0.0-alpha' }, 'lesser'],
  ['version-flag', { version: '2.0.0.0' }, 'none'],
  ['version-flag', { version: 'not-a-version' }, 'none'],
  ['v-prefix-flag', { version: '1.0.0' }, 'match'],
  ['v-prefix-flag', { version: 'v1.0.0' }, 'match'],
  ['v-prefix-flag', { version: '2.0.0' }, 'no-match'],
  ['build-flag', { version: '1.0.0' }, 'match'],
  ['build-flag', { version: '1.0.0+other' }, 'match'],
  ['build-flag', { version: '2.0.0' }, 'no-match'],
  ['targeting-key-flag', { targetingKey: '5c3d8535-f81a-4478-a6d3-afaa4d51199e' }, 'hit'],
  ['targeting-key-flag', { targetingKey: 'f20bd32d-703b-48b6-bc8e-79d53c85134a' }, 'miss'],
  ['some-email-targeted-flag', { email }, 'hi'],
  ['some-email-targeted-flag', { email: 'user@example.com' }, 'bye'],
  ['some-other-email-targeted-flag', { email }, 'yes'],
])('%s of %j is %s', (name, context, value) => {
  const otherwise = ['none', 'no-match', 'miss', 'bye', 'no'].includes(value)
  const reason = otherwise ? 'DEFAULT' : 'TARGETING_MATCH'
  expect(evaluate(name, 'fallback', context)).toMatchObject({ value, variant: value, reason })
})

test.each<[string, FlagValue]>([
  ...(['fallback', 1, 0.1] as const).map(byDefault => ['boolean-flag', byDefault] as [string, FlagValue]),
  ...([false, 1, 0.1] as const).map(byDefault => ['string-flag', byDefault] as [string, FlagValue]),
  ...([false, 'fallback'] as const).map(byDefault => ['integer-flag', byDefault] as [string, FlagValue]),
  ...([false, 'fallback'] as const).map(byDefault => ['float-flag', byDefault] as [string, FlagValue]),
  ['wrong-flag', 13],
])('%s is not of the type of %j', (name, value) => {
  expect(evaluate(name, value)).toMatchObject({ value, reason: 'ERROR', errorCode: 'TYPE_MISMATCH' })
})

test('a flag that is missing', () => {
  expect(evaluate('missing-flag', 'uh-oh')).toMatchObject({ value: 'uh-oh', errorCode: 'FLAG_NOT_FOUND' })
})

test('a disabled flag without an off value leaves the default, and names no variant', () => {
  const { value, reason, variant } = evaluate('disabled-boolean-flag', 'mine')
  expect([value, reason, variant]).toEqual(['mine', 'DISABLED', undefined])
})

test('a flag without a default leaves that of the caller', () => {
  const of = (address: string) => evaluate('no-default-flag', 'Inventor', { email: address })
  expect(of('wozniak@orange.com')).toMatchObject({ value: 'Inventor', reason: 'DEFAULT' })
  expect(of('jobs@orange.com')).toMatchObject({ value: 'special', reason: 'TARGETING_MATCH' })
})

test('metadata come with the result', () => {
  expect(evaluate('metadata-flag', false).flagMetadata).toEqual({
    string: '1.0.2',
    integer: 2,
    boolean: true,
    float: 0.1,
  })
  expect(evaluate('boolean-flag', false).flagMetadata).toEqual({})
})
