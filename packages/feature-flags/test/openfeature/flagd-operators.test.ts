import { type Client, type EvaluationContext, OpenFeature } from '@openfeature/server-sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Condition, FeatureFlags, Operator } from '#src/index'
import { openFeatureProvider } from '#src/openfeature'
import type { FlagInput } from '#src/testing'
import { liveFlags } from './live-flags.js'

// The facts of flagd's testbed (evaluator/gherkin and gherkin/targeting) for the operators that are offered here.
// Its `fractional` hashes otherwise, and `~` and `^` of its `sem_ver` are two comparisons here.

const rule = (variant: string, ...all: Condition[]) => ({ id: variant, when: { all }, serve: { variant } })
const test = (attribute: string, operator: Operator, value: string) => ({ attribute, operator, value })

function flag(name: string, defaultVariant: string, ...targetingRules: ReturnType<typeof rule>[]): FlagInput {
  const names = [...targetingRules.map(({ serve }) => serve.variant), defaultVariant]
  const variants = [...new Set(names)].map(variant => ({ name: variant, value: variant, weight: 1 }))
  return { name, type: 'string', enabled: true, variants, defaultVariant, targetingRules } as const
}

const isBallmer = { segment: 'ballmer' }
const version = (operator: Operator, value: string) => test('version', operator, value)
const flagdFlags = [
  flag(
    'starts-ends-flag',
    'none',
    rule('prefix', test('id', 'startsWith', 'abc')),
    rule('postfix', test('id', 'endsWith', 'xyz')),
  ),
  flag(
    'equal-greater-lesser-version-flag',
    'none',
    rule('equal', version('semverEquals', '2.0.0')),
    rule('greater', version('semverGreaterThan', '2.0.0')),
    rule('lesser', version('semverLessThan', '2.0.0')),
  ),
  flag(
    'major-minor-version-flag',
    'none',
    rule('minor', version('semverGreaterThanOrEqual', '3.0.0'), version('semverLessThan', '3.1.0')),
    rule('major', version('semverGreaterThanOrEqual', '3.0.0'), version('semverLessThan', '4.0.0')),
  ),
  flag('targeting-key-flag', 'miss', rule('hit', test('targetingKey', 'equals', '5c3d8535'))),
  flag('some-email-targeted-flag', 'bye', rule('hi', isBallmer)),
  flag('some-other-email-targeted-flag', 'no', rule('yes', isBallmer)),
]

let flags: FeatureFlags
let client: Client
beforeAll(async () => {
  flags = liveFlags(flagdFlags).flags
  await OpenFeature.setProviderAndWait(openFeatureProvider(flags))
  client = OpenFeature.getClient()
})
afterAll(async () => {
  await OpenFeature.close()
  await flags.close()
})

type Row = [flag: string, context: EvaluationContext, value: string, reason: string]
it.each<Row>([
  ['starts-ends-flag', { id: 'abcdef' }, 'prefix', 'TARGETING_MATCH'],
  ['starts-ends-flag', { id: 'uvwxyz' }, 'postfix', 'TARGETING_MATCH'],
  ['starts-ends-flag', { id: 'abcxyz' }, 'prefix', 'TARGETING_MATCH'],
  ['starts-ends-flag', { id: 'lmnopq' }, 'none', 'DEFAULT'],
  ['starts-ends-flag', { id: 3 }, 'none', 'DEFAULT'],
  ['equal-greater-lesser-version-flag', { version: '2.0.0' }, 'equal', 'TARGETING_MATCH'],
  ['equal-greater-lesser-version-flag', { version: '2.1.0' }, 'greater', 'TARGETING_MATCH'],
  ['equal-greater-lesser-version-flag', { version: '1.9.0' }, 'lesser', 'TARGETING_MATCH'],
  ['equal-greater-lesser-version-flag', { version: '2.0.0-alpha' }, 'lesser', 'TARGETING_MATCH'],
  ['equal-greater-lesser-version-flag', { version: '2.0.0.0' }, 'none', 'DEFAULT'],
  ['equal-greater-lesser-version-flag', { version: 'not-a-version' }, 'none', 'DEFAULT'],
  ['equal-greater-lesser-version-flag', { version: 'v2.0.0' }, 'equal', 'TARGETING_MATCH'],
  ['equal-greater-lesser-version-flag', { version: '2.0.0+build' }, 'equal', 'TARGETING_MATCH'],
  ['major-minor-version-flag', { version: '3.0.1' }, 'minor', 'TARGETING_MATCH'],
  ['major-minor-version-flag', { version: '3.1.0' }, 'major', 'TARGETING_MATCH'],
  ['major-minor-version-flag', { version: '4.0.0' }, 'none', 'DEFAULT'],
  ['targeting-key-flag', { targetingKey: '5c3d8535' }, 'hit', 'TARGETING_MATCH'],
  ['targeting-key-flag', { targetingKey: 'f20bd32d' }, 'miss', 'DEFAULT'],
  ['some-email-targeted-flag', { email: 'ballmer@macrosoft.com' }, 'hi', 'TARGETING_MATCH'],
  ['some-other-email-targeted-flag', { email: 'ballmer@macrosoft.com' }, 'yes', 'TARGETING_MATCH'],
  ['some-email-targeted-flag', { email: 'user@example.com' }, 'bye', 'DEFAULT'],
])('%s for %j serves %s', async (name, context, value, reason) => {
  expect(await client.getStringDetails(name, 'fallback', context)).toMatchObject({ value, reason })
})
