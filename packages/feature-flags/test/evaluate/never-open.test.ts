import assert from 'node:assert/strict'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileSnapshot } from '#src/evaluate/compile-snapshot'
import type { EvaluationContext } from '#src/evaluate/evaluation'
import { checkSnapshot } from '#src/flag/check-snapshot'
import { arbitrarySnapshot, attributes, keys, plainValue } from './arbitrary-snapshot.js'
import { referenceServed } from './reference.js'

const numRuns = process.env.TEST_LONG ? 10_000 : 200
const nowMs = 1000

const key = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...keys) },
  fc.constantFrom<unknown>('', 5, null, undefined),
)
/** A property called __proto__ is one, as of JSON. */
const plain = fc
  .tuple(key, fc.array(fc.tuple(fc.constantFrom(...attributes.slice(1)), plainValue), { maxLength: 6 }))
  .map(
    ([targetingKey, entries]) =>
      Object.fromEntries([['targetingKey', targetingKey], ...entries]) as EvaluationContext,
  )

const details = fc.tuple(arbitrarySnapshot, fc.array(plain, { minLength: 1, maxLength: 8 }))

test('any flag serves any plain context what the rules say', () => {
  const reasons = new Set<string>()
  fc.assert(
    fc.property(details, ([snapshot, contexts]) => {
      const compiled = compileSnapshot(snapshot)
      for (const context of contexts)
        for (const { name } of snapshot.flags) {
          const { variant, reason, ruleId, value } = compiled.evaluate(name, undefined, context, nowMs, false)
          const expected = referenceServed(snapshot, name, context, nowMs)
          assert.equal([variant, reason, ...(ruleId ? [ruleId] : [])].join(' '), expected)
          assert.equal(compiled.isOn(name, context, nowMs), value)
          const stale = compiled.evaluate(name, undefined, context, nowMs, true)
          assert.deepEqual({ ...stale, reason }, compiled.evaluate(name, undefined, context, nowMs, false))
          reasons.add(reason)
        }
    }),
    { numRuns },
  )
  expect([...reasons].sort()).toEqual([
    'DEFAULT',
    'DISABLED',
    'PREREQUISITE_FAILED',
    'SPLIT',
    'STATIC',
    'TARGETING_MATCH',
  ])
})

const bomb = () => {
  throw new Error('boom')
}
const bombs = Object.fromEntries(
  ['get', 'has', 'ownKeys', 'getOwnPropertyDescriptor', 'getPrototypeOf'].map(trap => [trap, bomb]),
)

/** Makes values that do their worst when they are looked at. */
const hostileValue: fc.Arbitrary<() => unknown> = fc.oneof(
  fc.constantFrom<(() => unknown)[]>(
    ...[
      () => new Proxy([], bombs),
      () => new Proxy({}, bombs),
      () => new Proxy(new Date(), bombs),
      () => bomb,
    ],
    ...[() => Symbol('x'), () => 10n ** 50n, () => Object.create(Date.prototype), () => new Date(Number.NaN)],
    ...[() => ({ toString: bomb, valueOf: bomb, [Symbol.toPrimitive]: bomb, length: 1 }), () => new Map()],
    () => 'a'.repeat(100_000),
  ),
  fc.oneof(plainValue, fc.anything()).map(value => () => value),
)

/** Properties, some of them getters that throw. */
const hostile = fc.tuple(
  key,
  fc.array(fc.tuple(fc.constantFrom(...attributes), hostileValue, fc.nat(5)), { maxLength: 5 }),
)

function contextOf([targetingKey, entries]: typeof hostile extends fc.Arbitrary<infer Parts>
  ? Parts
  : never) {
  const context = { targetingKey }
  for (const [name, make, die] of entries)
    Object.defineProperty(context, name, {
      ...(die === 0 ? { get: bomb } : { value: make(), writable: true }),
      ...{ enumerable: true, configurable: true },
    })
  return context as EvaluationContext
}

const noContext = fc.constantFrom<(() => unknown)[]>(
  ...[() => null, () => undefined, () => 1, () => 'ada', () => true, () => Symbol('x'), () => bomb, () => []],
  ...[() => new Proxy({}, bombs), () => Object.create({ targetingKey: 'ada' })],
)

test('whatever the context is, nothing is thrown, and nothing is served but what the rules say or off', () => {
  const errors = new Set<string | undefined>()
  fc.assert(
    fc.property(
      fc.tuple(arbitrarySnapshot, fc.array(hostile, { minLength: 1, maxLength: 8 })),
      ([snapshot, contexts]) => {
        const compiled = compileSnapshot(snapshot)
        for (const context of contexts.map(contextOf))
          for (const { name } of snapshot.flags) {
            const { variant, reason, errorCode } = compiled.evaluate(name, undefined, context, nowMs, false)
            errors.add(errorCode)
            if (errorCode !== undefined) {
              assert.deepEqual([variant, reason, errorCode], ['off', 'ERROR', 'GENERAL'])
              assert.equal(compiled.isOn(name, context, nowMs), false)
            } else
              assert.equal(variant, referenceServed(snapshot, name, readable(context), nowMs).split(' ')[0])
          }
      },
    ),
    { numRuns },
  )
  expect(errors).toEqual(new Set([undefined, 'GENERAL']))
})

test('what is no context is nobody', () => {
  fc.assert(
    fc.property(arbitrarySnapshot, noContext, (snapshot, make) => {
      const compiled = compileSnapshot(snapshot)
      const context = make() as EvaluationContext
      for (const { name } of snapshot.flags) {
        const { variant, reason } = compiled.evaluate(name, undefined, context, nowMs, false)
        const nobody = compiled.evaluate(name, undefined, {}, nowMs, false).variant
        assert.ok(variant === nobody || (variant === 'off' && reason === 'ERROR'))
      }
    }),
    { numRuns: numRuns / 4 },
  )
})

test('a condition that throws does not hold, nor does its opposite', () => {
  const isDe = { attribute: 'country', operator: 'equals', value: 'de' }
  for (const when of [
    isDe,
    { not: isDe },
    { any: [isDe, { not: isDe }] },
    { segment: 's' },
    { not: { segment: 's' } },
  ]) {
    const flags = [
      {
        name: 'f',
        enabled: true,
        targetingRules: [{ id: 'r', when, serve: { variant: 'on' } }],
        defaultVariant: 'off',
      },
      { name: 'needs', enabled: true, prerequisites: [{ flag: 'f', variants: ['off'] }] },
    ]
    const compiled = compileSnapshot(
      checkSnapshot({ environment: 'test', flags, segments: [{ name: 's', when: isDe }] }),
    )
    const context: EvaluationContext = Object.defineProperty({}, 'country', { get: bomb, enumerable: true })
    for (const name of ['f', 'needs'])
      expect(compiled.evaluate(name, true, context, nowMs, false)).toMatchObject({
        ...{ value: false, variant: 'off', reason: 'ERROR', errorCode: 'GENERAL' },
      })
  }
})

test('growing a rollout takes nobody out', () => {
  const step = fc.nat(10_000)
  const subjects = Array.from({ length: 300 }, (_, at) => `user-${at}`)
  fc.assert(
    fc.property(
      fc.tuple(step, step),
      fc.string({ maxLength: 20 }),
      fc.boolean(),
      (steps, rolloutSalt, byRule) => {
        const [less, more] = steps
          .sort((a, b) => a - b)
          .map(at => {
            const rolloutPercentage = at / 100
            const rule = {
              id: 'r',
              when: { attribute: 'targetingKey', operator: 'exists' },
              serve: { variant: 'on' },
              rolloutPercentage,
            }
            const flag = byRule ? { targetingRules: [rule], rolloutPercentage: 0 } : { rolloutPercentage }
            return compileSnapshot(
              checkSnapshot({
                environment: 'test',
                flags: [{ name: 'f', enabled: true, rolloutSalt, ...flag }],
              }),
            )
          })
        const isIn = (compiled = less) =>
          subjects.filter(targetingKey => compiled?.isOn('f', { targetingKey }, nowMs))
        const grown = new Set(isIn(more))
        for (const subject of isIn(less)) assert.ok(grown.has(subject))
        if (steps[1] === 10_000) assert.equal(grown.size, subjects.length)
      },
    ),
    { numRuns: 150 },
  )
})

/** As a reference may read it: without what throws when it is read, with an empty object for what throws when it is looked into. */
function readable(context: object): Record<string, unknown> {
  const entries: [string, unknown][] = []
  for (const name of Object.keys(context)) {
    let value: unknown
    try {
      value = (context as Record<string, unknown>)[name]
    } catch {
      continue
    }
    try {
      if (value instanceof Date) Date.prototype.getTime.call(value)
    } catch {
      value = {}
    }
    entries.push([name, value])
  }
  return Object.fromEntries(entries)
}
