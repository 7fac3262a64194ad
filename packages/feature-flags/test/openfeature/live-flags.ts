import { FakeClock } from '@voiceassist/testkit'
import type { FeatureFlags } from '#src/index'
import { createFeatureFlagsIn, type FlagInput, MemoryFlagStore } from '#src/testing'
import { ballmer, specificationFlags } from './specification-flags.js'

export const environment = 'test'

export interface LiveFlags {
  readonly flags: FeatureFlags
  readonly store: MemoryFlagStore
  /** Of the store; resolves when the flags have seen it. */
  lose(): Promise<void>
  regain(): Promise<void>
}

/** Real flags, over a store in this process, by a clock that stands still. */
export function liveFlags(given: readonly FlagInput[] = specificationFlags): LiveFlags {
  const clock = new FakeClock()
  const store = new MemoryFlagStore()
  store.putSegment(environment, ballmer)
  store.putFlags(environment, given)
  const flags = createFeatureFlagsIn({ store, environment }, clock)
  return {
    flags,
    store,
    async lose() {
      store.stop()
      await clock.advance(5000)
    },
    async regain() {
      store.start()
      await clock.advance(10_000)
    },
  }
}
