export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue }

/** What a flag serves: any JSON but a bare null. */
export type FlagValue = Exclude<JsonValue, null>

export const flagTypes = ['boolean', 'string', 'number', 'json', 'multivariate'] as const
/** The JSON type of all values of a flag; 'multivariate': that of its variants. */
export type FlagType = (typeof flagTypes)[number]

/** Beside `on` and `off`, which every flag has: its `value` and its `defaultValue`. */
export interface Variant {
  readonly name: string
  readonly value: FlagValue
  /** Its share among the variants, an integer from 0 to 1,000,000; a split gives each what it has of the sum. */
  readonly weight: number
}

/** A variant for all, or each subject one of several by a stable hash. */
export type Serve =
  | { readonly variant: string }
  | { readonly split: readonly { readonly variant: string; readonly weight: number }[] }

export const operators = [
  'equals',
  'notEquals',
  'in',
  'notIn',
  'contains',
  'startsWith',
  'endsWith',
  'matches',
  'lessThan',
  'lessThanOrEqual',
  'greaterThan',
  'greaterThanOrEqual',
  'before',
  'after',
  'semverEquals',
  'semverLessThan',
  'semverLessThanOrEqual',
  'semverGreaterThan',
  'semverGreaterThanOrEqual',
  'exists',
] as const
export type Operator = (typeof operators)[number]

/** False where the context lacks the attribute or has it in another type, whatever the operator. */
export interface AttributeCondition {
  /** A property of the context; 'targetingKey' is one. */
  readonly attribute: string
  readonly operator: Operator
  /** What it is compared with; a list for `in` and `notIn`, absent for `exists`. */
  readonly value?: JsonValue
  /** Texts are compared without regard to case. @default false */
  readonly ignoreCase?: boolean
}

export type Condition =
  | AttributeCondition
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly segment: string }

/** The first rule that holds, and whose rollout takes the subject in, serves. */
export interface TargetingRule {
  readonly id: string
  readonly description?: string
  readonly when: Condition
  readonly serve: Serve
  /** 0 to 100 in steps of 0.01; absent: everybody the rule holds for. */
  readonly rolloutPercentage?: number
}

/** Off is served unless the other flag serves one of these variants to the same context. */
export interface Prerequisite {
  readonly flag: string
  readonly variants: readonly string[]
}

/** A flag in one environment. */
export interface FlagDefinition {
  readonly name: string
  readonly description: string
  readonly type: FlagType
  /** False: `off` is served to all but those with an override. */
  readonly enabled: boolean
  /** True: `off` is served to all, whatever else is set. */
  readonly killed: boolean
  /** True: `off` is served to all; the flag is kept for its history. */
  readonly archived: boolean
  /** The variant `on`; null: `true` for a boolean flag, else a variant has to be served. */
  readonly value: FlagValue | null
  /** The variant `off`; null: `false` for a boolean flag, else the caller's default. */
  readonly defaultValue: FlagValue | null
  readonly variants: readonly Variant[]
  /** Served where no rule does; null: a split of `variants` by weight, or `on` where there are none. */
  readonly defaultVariant: string | null
  readonly targetingRules: readonly TargetingRule[]
  /** Share of subjects that no rule serves who get `defaultVariant`, 0 to 100 in steps of 0.01; null: all. */
  readonly rolloutPercentage: number | null
  /** Flags with one salt put the same subjects in; '': the flag's name. */
  readonly rolloutSalt: string
  readonly prerequisites: readonly Prerequisite[]
  readonly owner: string | null
  /** ISO 8601; after it the flag counts as stale. It is served all the same. */
  readonly expiresAt: string | null
  readonly metadata: Readonly<Record<string, string | number | boolean>>
  /** The environment's revision when it was last changed. */
  readonly revision: number
}

/** A named group of subjects. */
export interface Segment {
  readonly name: string
  readonly when: Condition | null
  readonly included: readonly string[]
  /** Outranks `included` and `when`. */
  readonly excluded: readonly string[]
}

/** What one subject gets whatever the rules say, unless the flag is killed or archived. */
export interface Override {
  readonly flag: string
  readonly targetingKey: string
  /** `on` or `off`; null: `value` says it. */
  readonly enabled: boolean | null
  readonly value: FlagValue | null
  /** Milliseconds since the epoch; null: it does not expire. */
  readonly expiresAtMs: number | null
}

/** All of an environment at one revision; plain data, which caches and files carry. */
export interface FlagSnapshot {
  readonly environment: string
  /** Grows with every change of the environment. */
  readonly revision: number
  readonly flags: readonly FlagDefinition[]
  readonly segments: readonly Segment[]
  readonly overrides: readonly Override[]
}
