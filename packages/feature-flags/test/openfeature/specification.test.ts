import {
  type Client,
  type EvaluationContext,
  type EvaluationDetails,
  type FlagValue,
  type JsonValue,
  OpenFeature,
} from '@openfeature/server-sdk'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { openFeatureProvider } from '#src/openfeature'
import { type LiveFlags, liveFlags } from './live-flags.js'
import { type Kind, kinds, pictureValue } from './specification-flags.js'

// The facts of the specification's scenarios, through its own SDK. Their names stand behind `@`.

type Row = readonly [
  kind: Kind,
  key: string,
  fallback: FlagValue,
  expected: object,
  context?: EvaluationContext,
]

const ballmer = { email: 'ballmer@macrosoft.com' }
const fallbacks = { boolean: false, string: 'bye', integer: 1, float: 0.1, object: {} } as const
/** Other than what zero flags serve. */
const nonZero = { boolean: true, string: 'hi', integer: 1, float: 0.1, object: { a: 1 } } as const
const zero = { boolean: false, string: '', integer: 0, float: 0, object: {} } as const
const own = {
  boolean: { value: true, variant: 'on' },
  string: { value: 'hi', variant: 'greeting' },
  integer: { value: 10, variant: 'ten' },
  float: { value: 0.5, variant: 'half' },
  object: { value: pictureValue, variant: 'template' },
} as const

/** One row for each kind of flag. */
function forEachKind(row: (kind: Kind) => Row): Row[] {
  return kinds.map(row)
}

function evaluate(
  client: Client,
  kind: Kind,
  key: string,
  fallback: FlagValue,
  context?: EvaluationContext,
): Promise<EvaluationDetails<FlagValue>> {
  switch (kind) {
    case 'boolean':
      return client.getBooleanDetails(key, fallback as boolean, context)
    case 'string':
      return client.getStringDetails(key, fallback as string, context)
    case 'object':
      return client.getObjectDetails(key, fallback as JsonValue, context)
    default:
      return client.getNumberDetails(key, fallback as number, context)
  }
}

let live: LiveFlags
let client: Client

beforeAll(async () => {
  live = liveFlags()
  await OpenFeature.setProviderAndWait(openFeatureProvider(live.flags))
  client = OpenFeature.getClient()
})
afterAll(async () => {
  await OpenFeature.close()
  await live.flags.close()
})

const error = (value: FlagValue, errorCode: string) => ({ value, reason: 'ERROR', errorCode })

const scenarios: Record<string, readonly Row[]> = {
  'evaluation, evaluation_v2 @ values and details': forEachKind(kind => [
    kind,
    `${kind}-flag`,
    fallbacks[kind],
    { flagKey: `${kind}-flag`, ...own[kind], reason: 'STATIC' },
  ]),
  'evaluation @ an object with a null default': [
    ['object', 'object-flag', null as unknown as FlagValue, { ...own.object, reason: 'STATIC' }],
  ],
  'evaluation @ by context': [
    [
      'string',
      'context-aware',
      'EXTERNAL',
      { value: 'INTERNAL', variant: 'internal', reason: 'TARGETING_MATCH' },
      { fn: 'Sulisław', ln: 'Świętopełk', age: 29, customer: false },
    ],
    [
      'string',
      'context-aware',
      'EXTERNAL',
      { value: 'EXTERNAL', variant: 'external', reason: 'DEFAULT' },
      {},
    ],
  ],
  'evaluation, evaluation_v2 @ errors': [
    ['string', 'missing-flag', 'uh-oh', error('uh-oh', 'FLAG_NOT_FOUND')],
    ['integer', 'wrong-flag', 13, error(13, 'TYPE_MISMATCH')],
    ['string', 'boolean-flag', 'bye', error('bye', 'TYPE_MISMATCH')],
    ['boolean', 'string-flag', false, error(false, 'TYPE_MISMATCH')],
    ['integer', 'string-flag', 1, error(1, 'TYPE_MISMATCH')],
    ['integer', 'boolean-flag', 1, error(1, 'TYPE_MISMATCH')],
    ['float', 'boolean-flag', 0.1, error(0.1, 'TYPE_MISMATCH')],
    ['object', 'string-flag', {}, error({}, 'TYPE_MISMATCH')],
    ['object', 'string-flag', null as unknown as FlagValue, { ...error({}, 'TYPE_MISMATCH'), value: null }],
    ...forEachKind(kind => [
      kind,
      'non-existent-flag',
      nonZero[kind],
      error(nonZero[kind], 'FLAG_NOT_FOUND'),
    ]),
  ],
  'evaluation_v2 @ zero values': forEachKind(kind => [
    kind,
    `${kind}-zero-flag`,
    nonZero[kind],
    { value: zero[kind], variant: 'zero', reason: 'STATIC' },
  ]),
  'evaluation_v2 @ zero values by targeting': forEachKind(kind => [
    kind,
    `${kind}-targeted-zero-flag`,
    nonZero[kind],
    { value: zero[kind], variant: 'zero', reason: 'TARGETING_MATCH' },
    ballmer,
  ]),
  'evaluation_v2 @ targeting that does not hold': forEachKind(kind => [
    kind,
    `${kind}-targeted-zero-flag`,
    nonZero[kind],
    { value: zero[kind], reason: 'DEFAULT' },
    { email: 'ballmer@none.com' },
  ]),
  'evaluation_v2 @ an empty context': forEachKind(kind => [
    kind,
    `${kind}-targeted-zero-flag`,
    nonZero[kind],
    { value: zero[kind], reason: 'DEFAULT' },
  ]),
  'evaluation_v2 @ null in a context': forEachKind(kind => [
    kind,
    `${kind}-targeted-zero-flag`,
    nonZero[kind],
    { value: zero[kind], reason: 'DEFAULT' },
    { email: null } as unknown as EvaluationContext,
  ]),
  'evaluation_v2 @ several attributes': [
    [
      'string',
      'complex-targeted',
      'false',
      { value: 'INTERNAL', reason: 'TARGETING_MATCH' },
      { ...ballmer, role: 'admin', age: 65, customer: false },
    ],
  ],
  'a default of null stays': [
    ['object', 'object-disabled-flag', null as unknown as FlagValue, { value: null, reason: 'DISABLED' }],
  ],
  'evaluation_v2 @ disabled': forEachKind(kind => [
    kind,
    `${kind}-disabled-flag`,
    kind === 'boolean' ? false : nonZero[kind],
    { value: kind === 'boolean' ? false : nonZero[kind], reason: 'DISABLED' },
  ]),
  'evaluation_v2, metadata @ metadata': [
    [
      'boolean',
      'metadata-flag',
      true,
      { flagMetadata: { string: '1.0.2', integer: 2, float: 0.1, boolean: true } },
    ],
    ...(['boolean', 'integer', 'float', 'string'] as const).map(
      (kind): Row => [kind, `${kind}-flag`, nonZero[kind], { flagMetadata: {} }],
    ),
  ],
}

for (const [scenario, rows] of Object.entries(scenarios))
  describe(scenario, () => {
    for (const [kind, key, fallback, expected, context] of rows)
      test(`${kind} ${key}, default ${JSON.stringify(fallback)}`, async () => {
        const details = await evaluate(client, kind, key, fallback, context)
        expect(details).toMatchObject(expected)
        expect(details.errorCode).toBe((expected as { errorCode?: string }).errorCode)
      })
  })

describe('evaluation_v2 @ details', () => {
  it('tell in words what is missing', async () => {
    expect(await client.getBooleanDetails('missing-flag', false)).toMatchObject({
      reason: 'ERROR',
      errorMessage: expect.stringMatching(/no such flag/),
    })
  })

  it('cannot be changed in their metadata, and leave the context as it was', async () => {
    const context = { targetingKey: 'someone', list: ['a'] }
    const details = await client.getBooleanDetails('metadata-flag', false, context)
    expect(() => Object.assign(details.flagMetadata, { string: '2' })).toThrow()
    expect(context).toEqual({ targetingKey: 'someone', list: ['a'] })
  })

  it('keep STALE while the source is away, with the known value', async () => {
    await live.lose()
    expect(await client.getStringDetails('string-flag', 'bye')).toMatchObject({
      ...own.string,
      reason: 'STALE',
    })
    await live.regain()
    expect(await client.getStringDetails('string-flag', 'bye')).toMatchObject({ reason: 'STATIC' })
  })
})
