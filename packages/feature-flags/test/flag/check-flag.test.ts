import { expect, test } from 'vitest'
import { checkFlag } from '#src/flag/check-flag'

const named = { name: 'f' }
const on = { variant: 'on' }
const isThere = { attribute: 'x', operator: 'exists' }
const rule = { id: 'r', when: isThere, serve: on }
const serve = (served: unknown) => ({ ...named, targetingRules: [{ ...rule, serve: served }] })
const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)])

test('a name is enough', () => {
  expect(checkFlag({ name: 'search.new-ranker_2' })).toEqual({
    ...{ name: 'search.new-ranker_2', description: '', type: 'boolean', enabled: false },
    ...{
      killed: false,
      archived: false,
      value: true,
      defaultValue: false,
      variants: [],
      defaultVariant: null,
    },
    ...{ targetingRules: [], rolloutPercentage: null, rolloutSalt: '', prerequisites: [] },
    ...{ owner: null, expiresAt: null, metadata: {}, revision: 0 },
  })
  expect(checkFlag({ name: 'x', type: 'string' })).toMatchObject({ value: null, defaultValue: null })
  expect(checkFlag({ name: 'x', value: false, defaultValue: true })).toMatchObject({
    value: false,
    defaultValue: true,
  })
})

test('what is given stays, in a frozen copy', () => {
  const given = {
    ...{ name: 'f', description: 'd', type: 'json', enabled: true, killed: true, archived: true },
    ...{
      value: { a: [1, null, { b: '' }] },
      defaultValue: [],
      defaultVariant: 'v1',
      rolloutPercentage: 0.29,
    },
    variants: [{ name: 'v1', value: {}, weight: 3 }],
    targetingRules: [
      { id: 'r1', description: 'why', when: { all: [{ any: [isThere] }, { not: isThere }] }, serve: on },
      {
        ...{ id: 'r2', when: { segment: 's' }, rolloutPercentage: 33.33 },
        serve: {
          split: [
            { variant: 'v1', weight: 0 },
            { variant: 'off', weight: 1 },
          ],
        },
      },
      { id: 'r3', when: { attribute: 'x', operator: 'equals', value: 'A', ignoreCase: true }, serve: on },
    ],
    ...{ rolloutSalt: 'spring', prerequisites: [{ flag: 'g', variants: ['on'] }], owner: 'search' },
    ...{ expiresAt: '2027-01-01', metadata: { permanent: true, tries: 3, team: 'x' }, revision: 9 },
  }
  const flag = checkFlag(given)
  expect(flag).toEqual(given)
  expect(checkFlag(flag)).toEqual(given)
  given.value.a.push(2)
  expect(flag.value).toEqual({ a: [1, null, { b: '' }] })
  for (const held of [flag, flag.value, flag.targetingRules, flag.targetingRules[1]?.serve, flag.metadata])
    expect(Object.isFrozen(held)).toBe(true)
})

test('a property called __proto__ stays one, and poisons nothing', () => {
  const flag = checkFlag({ name: 'f', type: 'json', value: JSON.parse('{"__proto__": {"polluted": true}}') })
  expect(JSON.stringify(flag.value)).toBe('{"__proto__":{"polluted":true}}')
  expect((flag.value as { polluted?: true }).polluted).toBeUndefined()
})

test.each<[string, unknown, string]>([
  ['no object', null, 'flag'],
  ['a list', [], 'flag'],
  ['an instance of a class', new (class X {})(), 'flag'],
  ['no name', {}, 'name'],
  ['an empty name', { name: '' }, 'name'],
  ['a name with a space', { name: 'a b' }, 'name'],
  ['a name that a URL would take for a step up', { name: '..' }, 'name'],
  ['an expiry after the year 9999', { ...named, expiresAt: '9999-12-31T23:59:59-12:00' }, 'expiresAt'],
  ['a name with a letter beyond ASCII', { name: 'ä' }, 'name'],
  ['a name with a line break at its end', { name: 'a\n' }, 'name'],
  ['a long name', { name: 'x'.repeat(256) }, 'name'],
  ['an unknown field', { ...named, colour: 1 }, 'colour'],
  ['an unknown type', { ...named, type: 'date' }, 'type'],
  ['enabled as a text', { ...named, enabled: 'true' }, 'enabled'],
  ['killed as a number', { ...named, killed: 1 }, 'killed'],
  ['a long description', { ...named, description: 'x'.repeat(4001) }, 'description'],
  ['a text as a boolean value', { ...named, value: 'true' }, 'value'],
  ['a number as the off value of a boolean', { ...named, defaultValue: 0 }, 'defaultValue'],
  ['a text as JSON', { ...named, type: 'json', value: 'x' }, 'value'],
  ['NaN', { ...named, type: 'number', value: Number.NaN }, 'value'],
  ['undefined within JSON', { ...named, type: 'json', value: { a: [undefined] } }, 'value.a[0]'],
  ['a hole within JSON', { ...named, type: 'json', value: new Array(2) }, 'value[0]'],
  ['a date within JSON', { ...named, type: 'json', value: { at: new Date(0) } }, 'value.at'],
  ['JSON over 64 KiB', { ...named, type: 'string', value: 'ä'.repeat(32_768) }, 'value'],
  ['JSON of too many parts', { ...named, type: 'json', value: new Array(70_000).fill(0) }, 'value'],
  ['JSON too deep', { ...named, type: 'json', value: deep(33) }, `value${'[0]'.repeat(32)}`],
  ['enabled without a value', { ...named, type: 'string', enabled: true }, 'value'],
  ['no variant for on', { ...named, type: 'string', defaultVariant: 'on' }, 'defaultVariant'],
  ['an unknown variant', { ...named, defaultVariant: 'blue' }, 'defaultVariant'],
  ['101 variants', { ...named, variants: new Array(101).fill(0) }, 'variants'],
  ['a variant called off', { ...named, variants: [{ name: 'off', value: true }] }, 'variants[0].name'],
  [
    'a variant called override',
    { ...named, variants: [{ name: 'override', value: true }] },
    'variants[0].name',
  ],
  ['a variant without a value', { ...named, variants: [{ name: 'a' }] }, 'variants[0].value'],
  ['a variant with null', { ...named, variants: [{ name: 'a', value: null }] }, 'variants[0].value'],
  ['a variant of another type', { ...named, variants: [{ name: 'a', value: 'x' }] }, 'variants[0].value'],
  [
    'variants of two types',
    {
      ...named,
      type: 'multivariate',
      variants: [
        { name: 'a', value: 1 },
        { name: 'b', value: '1' },
      ],
    },
    'variants[1].value',
  ],
  [
    'a variant twice',
    {
      ...named,
      variants: [
        { name: 'a', value: true },
        { name: 'a', value: true },
      ],
    },
    'variants[1].name',
  ],
  [
    'a weight with a fraction',
    { ...named, variants: [{ name: 'a', value: true, weight: 0.5 }] },
    'variants[0].weight',
  ],
  [
    'a negative weight',
    { ...named, variants: [{ name: 'a', value: true, weight: -1 }] },
    'variants[0].weight',
  ],
  [
    'a weight over a million',
    { ...named, variants: [{ name: 'a', value: true, weight: 1e6 + 1 }] },
    'variants[0].weight',
  ],
  ['no weight at all', { ...named, variants: [{ name: 'a', value: true, weight: 0 }] }, 'variants'],
  ['a percentage over 100', { ...named, rolloutPercentage: 100.01 }, 'rolloutPercentage'],
  ['a negative percentage', { ...named, rolloutPercentage: -0.01 }, 'rolloutPercentage'],
  ['a percentage of three digits', { ...named, rolloutPercentage: 0.001 }, 'rolloutPercentage'],
  ['a percentage as a text', { ...named, rolloutPercentage: '5' }, 'rolloutPercentage'],
  ['half a surrogate pair', { ...named, rolloutSalt: '\ud800' }, 'rolloutSalt'],
  ['an empty owner', { ...named, owner: '' }, 'owner'],
  ['a date that is none', { ...named, expiresAt: '2026-02-30' }, 'expiresAt'],
  ['a time without a zone', { ...named, expiresAt: '2026-02-01T10:00:00' }, 'expiresAt'],
  ['metadata that nests', { ...named, metadata: { a: {} } }, 'metadata.a'],
  ['metadata with null', { ...named, metadata: { a: null } }, 'metadata.a'],
  ['metadata as a list', { ...named, metadata: [] }, 'metadata'],
  ['a negative revision', { ...named, revision: -1 }, 'revision'],
  [
    'itself as a prerequisite',
    { ...named, prerequisites: [{ flag: 'f', variants: ['on'] }] },
    'prerequisites[0].flag',
  ],
  [
    'a prerequisite of no variant',
    { ...named, prerequisites: [{ flag: 'g', variants: [] }] },
    'prerequisites[0].variants',
  ],
  [
    'a prerequisite twice',
    {
      ...named,
      prerequisites: [
        { flag: 'g', variants: ['on'] },
        { flag: 'g', variants: ['off'] },
      ],
    },
    'prerequisites[1].flag',
  ],
  ['21 prerequisites', { ...named, prerequisites: new Array(21).fill(0) }, 'prerequisites'],
  ['101 rules', { ...named, targetingRules: new Array(101).fill(rule) }, 'targetingRules'],
  ['rules that are no list', { ...named, targetingRules: { rules: [] } }, 'targetingRules'],
  ['a rule twice', { ...named, targetingRules: [rule, rule] }, 'targetingRules[1].id'],
  [
    'a rule with an unknown field',
    { ...named, targetingRules: [{ ...rule, priority: 1 }] },
    'targetingRules[0].priority',
  ],
  [
    'a rule without an id',
    { ...named, targetingRules: [{ when: isThere, serve: on }] },
    'targetingRules[0].id',
  ],
  [
    'a percentage of a rule',
    { ...named, targetingRules: [{ ...rule, rolloutPercentage: null }] },
    'targetingRules[0].rolloutPercentage',
  ],
  ['nothing to serve', serve({}), 'targetingRules[0].serve.variant'],
  ['a variant and a split', serve({ variant: 'on', split: [] }), 'targetingRules[0].serve.variant'],
  ['an empty split', serve({ split: [] }), 'targetingRules[0].serve.split'],
  [
    'a split without weight',
    serve({ split: [{ variant: 'on', weight: 0 }] }),
    'targetingRules[0].serve.split',
  ],
  [
    'a share without weight',
    serve({ split: [{ variant: 'on' }] }),
    'targetingRules[0].serve.split[0].weight',
  ],
  [
    'a share twice',
    serve({
      split: [
        { variant: 'on', weight: 1 },
        { variant: 'on', weight: 1 },
      ],
    }),
    'targetingRules[0].serve.split[1].variant',
  ],
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
  checkFlag({ ...named, type: 'string', value: 'x'.repeat(65_534) })
  checkFlag({ ...named, type: 'json', value: deep(32) })
  for (let step = 0; step <= 10_000; step++) checkFlag({ ...named, rolloutPercentage: step / 100 })
})

test('the path begins with what the caller says', () => {
  expect(() => checkFlag({ name: 'f', targetingRules: [{ ...rule, when: 1 }] }, 'flags[3]')).toThrow(
    expect.objectContaining({ field: 'flags[3].targetingRules[0].when' }),
  )
})
