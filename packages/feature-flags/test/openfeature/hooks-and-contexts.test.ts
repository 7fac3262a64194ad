import {
  AsyncLocalStorageTransactionContextPropagator,
  type Client,
  type EvaluationContext,
  type Hook,
  OpenFeature,
} from '@openfeature/server-sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { FeatureFlags } from '#src/index'
import { openFeatureProvider } from '#src/openfeature'
import { liveFlags } from './live-flags.js'

// The facts of the specification's scenarios for hooks and for contexts, through its own SDK.

let flags: FeatureFlags
let client: Client

beforeAll(async () => {
  flags = liveFlags().flags
  await OpenFeature.setProviderAndWait(openFeatureProvider(flags))
  client = OpenFeature.getClient()
})
afterAll(async () => {
  await OpenFeature.close()
  await flags.close()
})

describe('hooks', () => {
  const calls: [stage: string, details?: object][] = []
  const recorder: Hook = {
    before: () => void calls.push(['before']),
    after: (_context, details) => void calls.push(['after', details]),
    error: () => void calls.push(['error']),
    finally: (_context, details) => void calls.push(['finally', details]),
  }
  beforeEach(() => void calls.splice(0))

  it('@ after and finally have the details', async () => {
    await client.getBooleanDetails('boolean-flag', false, {}, { hooks: [recorder] })
    const details = expect.objectContaining({
      flagKey: 'boolean-flag',
      value: true,
      variant: 'on',
      reason: 'STATIC',
    })
    expect(calls).toEqual([['before'], ['after', details], ['finally', details]])
  })

  it.each([
    ['missing-flag', 'uh-oh', 'FLAG_NOT_FOUND'],
    ['wrong-flag', 13, 'TYPE_MISMATCH'],
  ])('@ error and finally are called for %s', async (key, fallback, errorCode) => {
    client.addHooks(recorder)
    if (typeof fallback === 'string') await client.getStringDetails(key, fallback)
    else await client.getNumberDetails(key, fallback)
    client.clearHooks()
    const details = expect.objectContaining({ flagKey: key, value: fallback, reason: 'ERROR', errorCode })
    expect(calls).toEqual([['before'], ['error'], ['finally', details]])
  })

  it('evaluation_v2 @ those of a call run in their order, and back', async () => {
    const order: string[] = []
    const named = (name: string): Hook => ({
      before: () => void order.push(`before ${name}`),
      finally: () => void order.push(`finally ${name}`),
    })
    await client.getBooleanDetails('boolean-flag', false, {}, { hooks: [named('a'), named('b')] })
    expect(order).toEqual(['before a', 'before b', 'finally b', 'finally a'])
  })
})

describe('contextMerging', () => {
  const levels = ['API', 'Transaction', 'Client', 'Invocation', 'Before Hooks'] as const
  let seen: unknown[]

  beforeAll(() => {
    OpenFeature.setTransactionContextPropagator(new AsyncLocalStorageTransactionContextPropagator())
  })

  /** Evaluates with an entry at each of the levels, and returns the context that reached the flags. */
  async function mergedOf(entries: Partial<Record<(typeof levels)[number], EvaluationContext>>) {
    const { flags: watched } = liveFlags()
    seen = []
    const evaluateFlag = watched.evaluate.bind(watched)
    watched.evaluate = (name, fallback, context) => {
      seen.push(context)
      return evaluateFlag(name, fallback, context)
    }
    await OpenFeature.setProviderAndWait('merging', openFeatureProvider(watched))
    OpenFeature.setContext(entries.API ?? {})
    const merging = OpenFeature.getClient('merging').setContext(entries.Client ?? {})
    const hook: Hook = { before: () => entries['Before Hooks'] }
    await new Promise<void>((resolve, reject) => {
      OpenFeature.setTransactionContext(entries.Transaction ?? {}, () => {
        merging
          .getBooleanValue('boolean-flag', false, entries.Invocation ?? {}, { hooks: [hook] })
          .then(() => resolve(), reject)
      })
    })
    OpenFeature.setContext({})
    await watched.close()
    return seen[0]
  }

  it.each(levels)('@ an entry of the level %s arrives', async level => {
    expect(await mergedOf({ [level]: { key: 'value' } })).toEqual({ key: 'value' })
  })

  it('@ entries of all levels arrive', async () => {
    const entries = Object.fromEntries(levels.map(level => [level, { [level]: `${level} value` }]))
    expect(await mergedOf(entries)).toEqual(Object.assign({}, ...Object.values(entries)))
  })

  it.each(levels.map((level, index) => [level, levels.slice(0, index + 1)] as const))(
    '@ %s outranks what comes before it',
    async (level, upTo) => {
      const entries = Object.fromEntries(upTo.map(each => [each, { key: each }]))
      expect(await mergedOf(entries)).toEqual({ key: level })
    },
  )

  it('hands dates and structures through', async () => {
    const context = { at: new Date(0), user: { name: 'jack', roles: ['a', { b: 1 }] } }
    expect(await mergedOf({ Invocation: context })).toEqual(context)
  })
})
