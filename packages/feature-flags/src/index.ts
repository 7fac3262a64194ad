export { createFeatureFlags } from './create-feature-flags.js'
export { compileSnapshot } from './evaluate/compile-snapshot.js'
export type { CompiledSnapshot } from './evaluate/compiled-snapshot.js'
export type {
  EvaluationContext,
  EvaluationDetails,
  EvaluationErrorCode,
  Reason,
} from './evaluate/evaluation.js'
export type {
  FeatureFlags,
  FeatureFlagsOptions,
  FlagCacheStats,
  FlagsEvent,
  FlagsStatus,
  TierStats,
} from './feature-flags.js'
export { checkFlag } from './flag/check-flag.js'
export { checkOverride } from './flag/check-override.js'
export { checkReferences } from './flag/check-references.js'
export { checkSegment } from './flag/check-segment.js'
export { checkOverrideValue, checkSnapshot } from './flag/check-snapshot.js'
export {
  type AttributeCondition,
  type Condition,
  type FlagDefinition,
  type FlagSnapshot,
  type FlagType,
  type FlagValue,
  flagTypes,
  type JsonValue,
  type Operator,
  type Override,
  operators,
  type Prerequisite,
  type Segment,
  type Serve,
  type TargetingRule,
  type Variant,
} from './flag/flag-definition.js'
export { flagLimits } from './flag/flag-limits.js'
export { type FlagActivity, type FlagStaleness, flagStaleness, type StaleReason } from './flag/staleness.js'
export { FlagError, type FlagErrorCode, flagErrors } from './flag-error.js'
export { type FlagEvent, flagChannel } from './flag-events.js'
export { type FlagCache, snapshotKey } from './tiers/flag-cache.js'
export type { FlagStore } from './tiers/flag-store.js'
