import { overrideVariant } from '../flag/check-rule.js'
import type { FlagDefinition, Override, Serve, TargetingRule } from '../flag/flag-definition.js'
import { frozenCopy } from '../flag/json-value.js'
import { bucketOf, rolloutBuckets, rolloutSeed, splitSeed } from './buckets.js'
import { type CompiledCondition, type ConditionCompiler, targetingKeyOf } from './compile-condition.js'
import type { EvaluationContext } from './evaluation.js'
import { type Outcome, Outcomes } from './outcome.js'

export interface CompiledFlag {
  readonly metadata: FlagDefinition['metadata']
  /** Served where evaluating throws. */
  readonly failed: Outcome
  /** Throws what reading the context throws. */
  evaluate(context: EvaluationContext, nowMs: number): Outcome
}

type Evaluate = CompiledFlag['evaluate']
/** undefined: the subject is not taken in. */
type Choose = (targetingKey: string | undefined) => Outcome | undefined

/**
 * @param overrides of this flag
 * @param flagOf the environment's flags; asked while one is evaluated
 */
export function compileFlag(
  flag: FlagDefinition,
  overrides: readonly Override[],
  conditions: ConditionCompiler,
  flagOf: (name: string) => CompiledFlag | undefined,
): CompiledFlag {
  const outcomes = new Outcomes(flag)
  const { metadata } = outcomes
  const failed = outcomes.of('off', 'ERROR', {
    errorCode: 'GENERAL',
    errorMessage: 'The context could not be read',
  })
  const off = outcomes.of('off', 'DISABLED')
  if (flag.archived || flag.killed) return { metadata, failed, evaluate: () => off }
  const serve = flag.enabled
    ? compileServing(flag, overrides.length > 0, outcomes, conditions, flagOf)
    : () => off
  return { metadata, failed, evaluate: withOverrides(overrides, outcomes, serve) }
}

function withOverrides(overrides: readonly Override[], outcomes: Outcomes, serve: Evaluate): Evaluate {
  if (overrides.length === 0) return serve
  const byKey = new Map(
    overrides.map(({ targetingKey, enabled, value, expiresAtMs }) => {
      const outcome =
        enabled === null && value !== null
          ? outcomes.ofValue(overrideVariant, frozenCopy(value), 'TARGETING_MATCH')
          : outcomes.of(enabled ? 'on' : 'off', 'TARGETING_MATCH')
      return [targetingKey, { outcome, expiresAtMs: expiresAtMs ?? Number.POSITIVE_INFINITY }]
    }),
  )
  return (context, nowMs) => {
    const key = targetingKeyOf(context)
    const override = key === undefined ? undefined : byKey.get(key)
    return override && nowMs < override.expiresAtMs ? override.outcome : serve(context, nowMs)
  }
}

/** What an enabled flag serves to whom no override is for. */
function compileServing(
  flag: FlagDefinition,
  hasOverrides: boolean,
  outcomes: Outcomes,
  conditions: ConditionCompiler,
  flagOf: (name: string) => CompiledFlag | undefined,
): Evaluate {
  const salt = flag.rolloutSalt || flag.name
  const prerequisites = flag.prerequisites.map(({ flag: name, variants }) => ({
    name,
    variants: new Set(variants),
  }))
  const unmet = outcomes.of('off', 'PREREQUISITE_FAILED')
  const rules = flag.targetingRules.map(rule => compileRule(rule, salt, outcomes, conditions))
  const isStatic = !hasOverrides && prerequisites.length === 0 && rules.length === 0
  const otherwise = compileFallThrough(flag, salt, outcomes, isStatic)
  return (context, nowMs) => {
    for (const { name, variants } of prerequisites) {
      const served = flagOf(name)?.evaluate(context, nowMs)
      if (!served || !variants.has(served.variant)) return unmet
    }
    const key = targetingKeyOf(context)
    for (const { holds, choose } of rules) {
      if (!holds(context)) continue
      const chosen = choose(key)
      if (chosen) return chosen
    }
    return otherwise(key) as Outcome
  }
}

function compileRule(
  { id, when, serve, rolloutPercentage = 100 }: TargetingRule,
  salt: string,
  outcomes: Outcomes,
  conditions: ConditionCompiler,
): { readonly holds: CompiledCondition; readonly choose: Choose } {
  const served: Choose =
    'split' in serve
      ? compileSplit(serve.split, salt, outcomes, id)
      : always(outcomes.of(serve.variant, 'TARGETING_MATCH', { ruleId: id }))
  return { holds: conditions.compile(when), choose: withRollout(rolloutPercentage, salt, served, undefined) }
}

function compileFallThrough(
  flag: FlagDefinition,
  salt: string,
  outcomes: Outcomes,
  isStatic: boolean,
): Choose {
  const { rolloutPercentage, defaultVariant, variants } = flag
  const percentage = rolloutPercentage ?? 100
  const reason = percentage < 100 ? 'SPLIT' : isStatic ? 'STATIC' : 'DEFAULT'
  const served =
    defaultVariant === null && variants.length > 0
      ? compileSplit(
          variants.map(({ name, weight }) => ({ variant: name, weight })),
          salt,
          outcomes,
        )
      : always(outcomes.of(defaultVariant ?? 'on', reason))
  return withRollout(percentage, salt, served, outcomes.of('off', 'SPLIT'))
}

function always(outcome: Outcome): Choose {
  return () => outcome
}

/** Growing the percentage takes nobody out: a subject's bucket stays. Below 100 nobody without a key is in. */
function withRollout(percentage: number, salt: string, served: Choose, left: Outcome | undefined): Choose {
  const end = Math.round((percentage * rolloutBuckets) / 100)
  if (end >= rolloutBuckets) return served
  const seed = rolloutSeed(salt)
  return key => (key !== undefined && bucketOf(key, seed, rolloutBuckets) < end ? served(key) : left)
}

function compileSplit(
  split: Extract<Serve, { split: unknown }>['split'],
  salt: string,
  outcomes: Outcomes,
  ruleId?: string,
): Choose {
  const extra = ruleId === undefined ? {} : { ruleId }
  const seed = splitSeed(salt)
  let sum = 0
  const shares = split.map(({ variant, weight }) => {
    sum += weight
    return { end: sum, outcome: outcomes.of(variant, 'SPLIT', extra) }
  })
  // Nobody can be told to get the same again.
  const nobody = outcomes.of('off', 'DEFAULT', extra)
  return key => {
    if (key === undefined) return nobody
    const bucket = bucketOf(key, seed, sum)
    for (const { end, outcome } of shares) if (bucket < end) return outcome
    return nobody
  }
}
