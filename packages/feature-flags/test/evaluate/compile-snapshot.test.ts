import { describe, expect, test } from 'vitest'
import { compileSnapshot } from '#src/evaluate/compile-snapshot'
import type { EvaluationContext } from '#src/evaluate/evaluation'
import { checkSnapshot } from '#src/flag/check-snapshot'
import type { FlagValue } from '#src/flag/flag-definition'

const nowMs = 1_000_000
const ada = { targetingKey: 'ada' }
const isDe = { attribute: 'country', operator: 'equals', value: 'de' }
const on = { variant: 'on' }
const rule = (more: object = {}) => ({ id: 'r1', when: isDe, serve: on, ...more })
const two = [
  { name: 'a', value: 'A', weight: 1 },
  { name: 'b', value: 'B', weight: 3 },
]
const text = { type: 'string', value: 'new', defaultValue: 'old' }

/** `f` with these parts, enabled. */
function of(flag: object, parts: { flags?: object[]; segments?: object[]; overrides?: object[] } = {}) {
  const flags = [{ name: 'f', enabled: true, ...flag }, ...(parts.flags ?? [])]
  return compileSnapshot(checkSnapshot({ ...parts, environment: 'test', revision: 3, flags }))
}

function served(compiled: ReturnType<typeof of>, context?: EvaluationContext, byDefault?: FlagValue) {
  const { flagKey: _, flagMetadata, ...rest } = compiled.evaluate('f', byDefault, context, nowMs, false)
  return rest
}

const off = { value: false, variant: 'off' }
const yes = { value: true, variant: 'on' }

describe('the order', () => {
  const override = (more: object = { enabled: true }) => ({
    overrides: [{ flag: 'f', targetingKey: 'ada', ...more }],
  })
  const unmet = { prerequisites: [{ flag: 'g', variants: ['on'] }] }
  const g = { flags: [{ name: 'g' }] }

  test('an unknown flag gets the default', () => {
    expect(of({}).evaluate('g', 'x', ada, nowMs, true)).toEqual({
      ...{ flagKey: 'g', value: 'x', reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND' },
      ...{ errorMessage: 'There is no such flag', flagMetadata: {} },
    })
    for (const name of ['__proto__', 'toString', '', Symbol('f'), null, {}])
      expect(of({}).evaluate(name as string, undefined, ada, nowMs, false).errorCode).toBe('FLAG_NOT_FOUND')
  })

  test.each([{ killed: true }, { archived: true }])('%j outranks overrides and rules', flag => {
    const compiled = of({ ...flag, targetingRules: [rule()] }, override())
    expect(served(compiled, { ...ada, country: 'de' })).toEqual({ ...off, reason: 'DISABLED' })
  })

  test('an override outranks that the flag is not enabled, prerequisites and rules', () => {
    const compiled = of(
      { enabled: false, ...unmet, targetingRules: [rule({ serve: { variant: 'off' } })] },
      { ...g, ...override() },
    )
    expect(served(compiled, { ...ada, country: 'de' })).toEqual({ ...yes, reason: 'TARGETING_MATCH' })
    expect(served(compiled, { targetingKey: 'bob', country: 'de' })).toEqual({ ...off, reason: 'DISABLED' })
    expect(served(compiled, { country: 'de' })).toEqual({ ...off, reason: 'DISABLED' })
  })

  test('an override can force off, and serve a value', () => {
    expect(served(of({}, override({ enabled: false })), ada)).toEqual({ ...off, reason: 'TARGETING_MATCH' })
    const value = { value: 'mine', variant: 'override', reason: 'TARGETING_MATCH' }
    expect(served(of(text, override({ value: 'mine' })), ada)).toEqual(value)
    expect(served(of({}, override({ value: false })), ada)).toMatchObject({
      value: false,
      variant: 'override',
    })
  })

  test('an override ends at its time', () => {
    expect(served(of({}, override({ enabled: false, expiresAtMs: nowMs + 1 })), ada).value).toBe(false)
    const over = of({}, override({ enabled: false, expiresAtMs: nowMs }))
    expect(served(over, ada)).toEqual({ ...yes, reason: 'DEFAULT' })
    expect(over.evaluate('f', false, ada, Number.NaN, false).value).toBe(true)
  })

  test('not enabled', () => {
    expect(served(of({ enabled: false, targetingRules: [rule()] }), { country: 'de' })).toEqual({
      ...off,
      reason: 'DISABLED',
    })
  })

  test('a prerequisite outranks rules', () => {
    const failed = { ...off, reason: 'PREREQUISITE_FAILED' }
    const flag = { ...unmet, targetingRules: [rule()] }
    const context = { ...ada, country: 'de' }
    expect(served(of(flag, g), context)).toEqual(failed)
    expect(served(of(flag, { flags: [{ name: 'g', enabled: true, killed: true }] }), context)).toEqual(failed)
    expect(served(of(flag, { flags: [{ name: 'g', enabled: true, archived: true }] }), context)).toEqual(
      failed,
    )
    expect(served(of(flag, { flags: [{ name: 'g', enabled: true }] }), context).reason).toBe(
      'TARGETING_MATCH',
    )
  })

  test('a prerequisite is evaluated for the same subject, through its own', () => {
    const flags = [
      { name: 'g', enabled: true, prerequisites: [{ flag: 'h', variants: ['on'] }] },
      { name: 'h', enabled: true, targetingRules: [rule({ serve: { variant: 'off' } })] },
    ]
    const compiled = of(unmet, { flags, overrides: [{ flag: 'h', targetingKey: 'ada', enabled: false }] })
    expect(served(compiled, {})).toEqual({ ...yes, reason: 'DEFAULT' })
    expect(served(compiled, { country: 'de' }).reason).toBe('PREREQUISITE_FAILED')
    expect(served(compiled, ada).reason).toBe('PREREQUISITE_FAILED')
  })

  test('a prerequisite may be that the other flag is off', () => {
    const compiled = of({ prerequisites: [{ flag: 'g', variants: ['off'] }] }, g)
    expect(served(compiled)).toEqual({ ...yes, reason: 'DEFAULT' })
  })

  test('the first rule that holds serves', () => {
    const compiled = of({
      ...text,
      ...{ variants: two, defaultVariant: 'on' },
      targetingRules: [
        rule({ id: 'none', when: { not: { any: [isDe, { not: isDe }] } } }),
        rule({ id: 'de', serve: { variant: 'a' } }),
        rule({ id: 'too', serve: { variant: 'b' } }),
      ],
    })
    const de = { value: 'A', variant: 'a', reason: 'TARGETING_MATCH', ruleId: 'de' }
    expect(served(compiled, { country: 'de' })).toEqual(de)
    expect(served(compiled, { country: 'fr' })).toEqual({ value: 'new', variant: 'on', reason: 'DEFAULT' })
  })

  test('whom a rule does not take in goes on to the next', () => {
    const rules = [rule({ id: 'few', rolloutPercentage: 0 }), rule({ id: 'all', rolloutPercentage: 100 })]
    expect(served(of({ targetingRules: rules }), { ...ada, country: 'de' }).ruleId).toBe('all')
    expect(served(of({ targetingRules: rules }), { country: 'de' }).ruleId).toBe('all')
    const half = [rule({ rolloutPercentage: 99.99 })]
    expect(served(of({ targetingRules: half, rolloutPercentage: 0 }), { country: 'de' })).toEqual({
      ...off,
      reason: 'SPLIT',
    })
  })
})

describe('the fall-through', () => {
  test('is static where nothing could change it', () => {
    expect(served(of({}))).toEqual({ ...yes, reason: 'STATIC' })
    expect(served(of({ rolloutPercentage: 100 }))).toEqual({ ...yes, reason: 'STATIC' })
    expect(served(of({ defaultVariant: 'off' }), ada)).toEqual({ ...off, reason: 'STATIC' })
    expect(served(of({ targetingRules: [rule()] }))).toEqual({ ...yes, reason: 'DEFAULT' })
    const overrides = [{ flag: 'f', targetingKey: 'bob', enabled: false }]
    expect(served(of({}, { overrides }), ada)).toEqual({ ...yes, reason: 'DEFAULT' })
  })

  // rolloutBucket of 'ada' with the salt 'f' is told by what follows: it is in at its bucket's end, and not before.
  test('a percentage takes subjects in, and nobody without a key', () => {
    const at = (rolloutPercentage: number, context?: EvaluationContext) =>
      served(of({ rolloutPercentage }), context)
    const steps = Array.from({ length: 101 }, (_, percentage) => at(percentage, ada).value)
    expect(steps.indexOf(true)).toBe(steps.lastIndexOf(false) + 1)
    expect([at(0, ada), at(99.99)]).toEqual([
      { ...off, reason: 'SPLIT' },
      { ...off, reason: 'SPLIT' },
    ])
    for (const targetingKey of ['', 5, null, {}, Symbol('ada')])
      expect(at(99.99, { targetingKey } as never).value).toBe(false)
  })

  test('a split by weight, and off for nobody', () => {
    const compiled = of({ ...text, variants: two })
    const counts = { a: 0, b: 0 }
    for (let at = 0; at < 4000; at++) {
      const { variant, reason } = served(compiled, { targetingKey: `user-${at}` })
      counts[variant as 'a'] += 1
      expect(reason).toBe('SPLIT')
    }
    expect(counts.a / 4000).toBeCloseTo(0.25, 1)
    expect(served(compiled, {})).toEqual({ value: 'old', variant: 'off', reason: 'DEFAULT' })
  })

  test('a rule splits too', () => {
    const split = [
      { variant: 'a', weight: 0 },
      { variant: 'b', weight: 1 },
    ]
    const compiled = of({ ...text, variants: two, targetingRules: [rule({ serve: { split } })] })
    const b = { value: 'B', variant: 'b', reason: 'SPLIT', ruleId: 'r1' }
    expect(served(compiled, { ...ada, country: 'de' })).toEqual(b)
    expect(served(compiled, { country: 'de' })).toEqual({
      value: 'old',
      variant: 'off',
      reason: 'DEFAULT',
      ruleId: 'r1',
    })
  })

  test('flags with one salt take the same subjects in, by a hash that is not that of splits', () => {
    const flags = [
      { name: 'g', enabled: true, rolloutPercentage: 50, rolloutSalt: 's' },
      { name: 'h', enabled: true, rolloutPercentage: 50 },
    ]
    const compiled = of({ rolloutPercentage: 50, rolloutSalt: 's' }, { flags })
    const is = (name: string, at: number) => compiled.isOn(name, { targetingKey: `${at}` }, nowMs)
    const subjects = Array.from({ length: 200 }, (_, at) => at)
    expect(subjects.every(at => is('f', at) === is('g', at))).toBe(true)
    expect(subjects.some(at => is('f', at) !== is('h', at))).toBe(true)
  })
})

describe('what is served', () => {
  test("is the caller's default where off has no value, without a variant and without an error", () => {
    const compiled = of({ type: 'string', value: 'x', enabled: false, metadata: { team: 'a' } })
    const details = { flagKey: 'f', reason: 'DISABLED', flagMetadata: { team: 'a' } }
    expect(compiled.evaluate('f', 'mine', ada, nowMs, false)).toEqual({ ...details, value: 'mine' })
    expect(compiled.evaluate('f', 5, ada, nowMs, true)).toEqual({ ...details, value: 5, reason: 'STALE' })
    expect(compiled.evaluate('f', undefined, ada, nowMs, false)).toEqual(details)
    expect(compiled.isOn('f', ada, nowMs)).toBe(false)
  })

  test.each<[object, FlagValue, FlagValue[]]>([
    [{}, false, ['true', 0, {}, []]],
    [text, 'x', [true, 0, {}]],
    [{ type: 'number', value: 0 }, 1, ['1', true, {}]],
    [{ type: 'json', value: [] }, {}, ['[]', 0, true]],
  ])('%j is of the type of its default %j', (flag, same, others) => {
    const compiled = of(flag)
    expect(served(compiled, ada, same).reason).toBe('STATIC')
    for (const other of others)
      expect(served(compiled, ada, other)).toMatchObject({
        value: other,
        reason: 'ERROR',
        errorCode: 'TYPE_MISMATCH',
      })
    expect(served(compiled, ada, other(others)).variant).toBeUndefined()
  })

  test('is frozen, and one object for all who get it', () => {
    const given = { type: 'json', value: { colour: { name: 'red' } }, metadata: { team: 'a' } }
    const snapshot = { environment: 'test', flags: [{ name: 'f', enabled: true, ...given }] }
    const compiled = compileSnapshot(checkSnapshot(snapshot))
    const first = compiled.evaluate('f', {}, ada, nowMs, false)
    expect(compiled.evaluate('f', {}, {}, nowMs, false)).toBe(first)
    for (const held of [first, first.value, (first.value as typeof given.value).colour, first.flagMetadata])
      expect(Object.isFrozen(held)).toBe(true)
  })

  test('is stale where the caller says so; errors keep their reason', () => {
    const compiled = of({ rolloutPercentage: 0 })
    const stale = compiled.evaluate('f', true, ada, nowMs, true)
    expect(stale).toMatchObject({ ...off, reason: 'STALE' })
    expect(compiled.evaluate('f', true, ada, nowMs, true)).toBe(stale)
    expect(compiled.evaluate('f', 'x', ada, nowMs, true).reason).toBe('ERROR')
  })

  test('is on where it is true, or of another type not off', () => {
    const flags = [
      { name: 'no', enabled: true, value: false },
      { name: 'text', type: 'string', enabled: true, value: '', defaultValue: 'x' },
      { name: 'dark', type: 'string', value: '', defaultValue: 'x' },
    ]
    const compiled = of({}, { flags })
    const all = ['f', 'no', 'text', 'dark', 'unknown'].map(name => compiled.isOn(name, ada, nowMs))
    expect(all).toEqual([true, false, true, false, undefined])
  })
})

test('names are of flags that are not archived', () => {
  const compiled = of({}, { flags: [{ name: 'old', archived: true }, { name: 'g' }] })
  expect(compiled).toMatchObject({ environment: 'test', revision: 3, names: ['f', 'g'] })
})

function other(values: readonly FlagValue[]): FlagValue {
  return values[0] as FlagValue
}
