import type { FeatureFlags, FlagDefinition } from '@voiceassist/feature-flags'
import { createFeatureFlagsIn, type FlagInput, MemoryFlagStore } from '@voiceassist/feature-flags/testing'
import type { FakeClock } from '@voiceassist/testkit'

const environment = 'test'

export interface ExampleFlags {
  readonly flags: FeatureFlags
  /** Of the store, seen by the flags when it resolves to the revision. */
  change(name: string, changes: Partial<FlagDefinition>): Promise<number>
  /** The store stops answering for `work`, and the flags become stale. */
  whileStale(work: () => Promise<void>): Promise<void>
}

/** Real flags, warm, over a store in this process: one of each kind and of each reason. */
export async function openExampleFlags(clock: FakeClock): Promise<ExampleFlags> {
  const store = new MemoryFlagStore()
  store.putFlags(environment, exampleFlags())
  const flags = createFeatureFlagsIn({ store, environment }, clock)
  await flags.warmCache()
  return {
    flags,
    async change(name, changes) {
      const revision = store.patchFlag(environment, name, changes)
      await flags.refresh()
      return revision
    },
    async whileStale(work) {
      store.stop()
      await clock.advance(4000)
      await work()
      store.start()
      await clock.advance(10_000)
    },
  }
}

function exampleFlags(): FlagInput[] {
  const isWard = { attribute: 'ward', operator: 'equals', value: 'B' }
  const all: Record<string, object> = {
    'llm-answers': { type: 'boolean', metadata: { owner: 'answers' } },
    ranker: {
      type: 'string',
      variants: [variant('plain', 'plain'), variant('neural', 'neural')],
      defaultVariant: 'plain',
      targetingRules: [{ id: 'ward-b', when: isWard, serve: { variant: 'neural' } }],
    },
    'top-k': { type: 'number', value: 7 },
    layout: { type: 'json', value: { columns: 2, names: ['a'] } },
    split: { type: 'multivariate', variants: [variant('a', 'A'), variant('b', 'B')] },
    off: { type: 'boolean', enabled: false },
    'in-code': { type: 'string', value: 'on', enabled: false },
    'needs-off': { type: 'boolean', prerequisites: [{ flag: 'off', variants: ['on'] }] },
    broken: {
      type: 'boolean',
      targetingRules: [
        {
          id: 'text',
          when: { attribute: 'note', operator: 'matches', value: '^x' },
          serve: { variant: 'on' },
        },
      ],
    },
    gone: { type: 'boolean', archived: true },
  }
  return Object.entries(all).map(([name, flag]) => ({ name, enabled: true, ...flag }) as FlagInput)
}

function variant(name: string, value: string) {
  return { name, value, weight: 1 }
}
