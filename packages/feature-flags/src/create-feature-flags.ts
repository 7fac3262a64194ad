import { type Clock, systemClock } from '@voiceassist/kernel'
import { checkFeatureFlagsOptions } from './check-feature-flags-options.js'
import type { FeatureFlags, FeatureFlagsOptions } from './feature-flags.js'
import { TieredFlags } from './tiers/tiered-flags.js'

/**
 * Flags of one environment. They load with the first call, `warmCache` at best, and keep themselves current until `close`.
 * A cache is shared by one of them for an environment in a process.
 * @throws FlagError FLAG_OPTION_INVALID that names the option; FLAG_INVALID for what a bootstrap holds.
 */
export function createFeatureFlags(options: FeatureFlagsOptions): FeatureFlags {
  return createFeatureFlagsIn(options, systemClock)
}

/** For tests: with a clock of their own. */
export function createFeatureFlagsIn(options: FeatureFlagsOptions, clock: Clock): FeatureFlags {
  return new TieredFlags(checkFeatureFlagsOptions(options), clock)
}
