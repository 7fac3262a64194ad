import type { FlagValue, JsonValue } from '../flag/flag-definition.js'

/** Who or what a flag is evaluated for. A pseudonym and plain attributes: nothing clinical belongs here. */
export interface EvaluationContext {
  /** Names the subject; without it no percentage rollout takes anybody in and no override applies. */
  readonly targetingKey?: string
  readonly [attribute: string]: JsonValue | Date | undefined
}

/** As OpenFeature names them, and one of our own: a prerequisite serves something else. */
export type Reason =
  | 'STATIC'
  | 'DEFAULT'
  | 'TARGETING_MATCH'
  | 'SPLIT'
  | 'DISABLED'
  | 'PREREQUISITE_FAILED'
  | 'STALE'
  | 'ERROR'

export type EvaluationErrorCode =
  | 'PROVIDER_NOT_READY'
  | 'FLAG_NOT_FOUND'
  | 'TYPE_MISMATCH'
  | 'INVALID_CONTEXT'
  | 'GENERAL'

/** Frozen; results that do not hold a caller's default are made once per flag. */
export interface EvaluationDetails<Value extends FlagValue = FlagValue> {
  readonly flagKey: string
  readonly value: Value
  /** Absent where the caller's default is served. */
  readonly variant?: string
  readonly reason: Reason
  /** The rule that served. */
  readonly ruleId?: string
  readonly errorCode?: EvaluationErrorCode
  readonly errorMessage?: string
  readonly flagMetadata: Readonly<Record<string, string | number | boolean>>
}
