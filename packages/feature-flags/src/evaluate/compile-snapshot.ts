import type { FlagSnapshot, FlagValue, Override } from '../flag/flag-definition.js'
import { ConditionCompiler } from './compile-condition.js'
import { type CompiledFlag, compileFlag } from './compile-flag.js'
import type { CompiledSnapshot } from './compiled-snapshot.js'
import type { EvaluationContext, EvaluationDetails, EvaluationErrorCode } from './evaluation.js'
import { type FlagCount, FlagCounts } from './flag-counts.js'
import type { Outcome } from './outcome.js'

interface CountedFlag extends CompiledFlag {
  readonly count: FlagCount
}

const nobody: EvaluationContext = Object.freeze({})
const noMetadata = Object.freeze({})

/**
 * Makes ready what `checkSnapshot` has returned; later changes of the snapshot's objects change nothing.
 * @param counts where evaluations are counted by flag
 * @throws what a regular expression does that has not been checked
 */
export function compileSnapshot(snapshot: FlagSnapshot, counts = new FlagCounts()): CompiledSnapshot {
  const { environment, revision } = snapshot
  const conditions = new ConditionCompiler(snapshot.segments)
  const overrides = overridesByFlag(snapshot.overrides)
  const flags = new Map<string, CountedFlag>()
  const flagOf = (name: string) => flags.get(name)
  for (const flag of snapshot.flags)
    flags.set(flag.name, {
      ...compileFlag(flag, overrides.get(flag.name) ?? [], conditions, flagOf),
      count: counts.of(flag.name),
    })
  return Object.freeze({
    environment,
    revision,
    names: Object.freeze(snapshot.flags.filter(({ archived }) => !archived).map(({ name }) => name)),
    evaluate<Value extends FlagValue>(
      name: string,
      defaultValue: Value | undefined,
      context: EvaluationContext | undefined,
      nowMs: number,
      stale: boolean,
    ): EvaluationDetails<Value> {
      const flag = flags.get(name)
      if (!flag) return failure(name, defaultValue, noMetadata, 'FLAG_NOT_FOUND', 'There is no such flag')
      const outcome = counted(flag, context, nowMs)
      const details = (stale ? outcome.stale : outcome.fresh) as EvaluationDetails<Value>
      if (defaultValue === undefined || defaultValue === null || outcome.type === typeof defaultValue)
        return details
      if (outcome.type === undefined) return Object.freeze({ ...details, value: defaultValue })
      recount(flag, outcome)
      const message = `The flag serves a value of type ${outcome.type}, the default is of another`
      return failure(name, defaultValue, flag.metadata, 'TYPE_MISMATCH', message)
    },
    isOn(name: string, context: EvaluationContext | undefined, nowMs: number): boolean | undefined {
      const flag = flags.get(name)
      return flag && counted(flag, context, nowMs).isOn
    },
  })
}

function counted(flag: CountedFlag, context: EvaluationContext | undefined, nowMs: number): Outcome {
  const outcome = safely(flag, context, nowMs)
  if (outcome === flag.failed) flag.count.error++
  else if (outcome.isOn) flag.count.on++
  else flag.count.off++
  return outcome
}

/** What was evaluated is not what the caller can take. */
function recount({ failed, count }: CountedFlag, outcome: Outcome): void {
  if (outcome === failed) return
  if (outcome.isOn) count.on--
  else count.off--
  count.error++
}

/** A context that throws when it is read gets what is served to nobody: off. */
function safely(flag: CompiledFlag, context: EvaluationContext | undefined, nowMs: number): Outcome {
  try {
    return flag.evaluate(typeof context === 'object' && context !== null ? context : nobody, nowMs)
  } catch {
    return flag.failed
  }
}

function failure<Value extends FlagValue>(
  flagKey: string,
  value: Value | undefined,
  flagMetadata: EvaluationDetails['flagMetadata'],
  errorCode: EvaluationErrorCode,
  errorMessage: string,
): EvaluationDetails<Value> {
  const details = {
    flagKey,
    value: value as Value,
    reason: 'ERROR',
    errorCode,
    errorMessage,
    flagMetadata,
  } as const
  return Object.freeze(details)
}

function overridesByFlag(overrides: readonly Override[]): ReadonlyMap<string, Override[]> {
  const byFlag = new Map<string, Override[]>()
  for (const override of overrides) {
    const those = byFlag.get(override.flag)
    if (those) those.push(override)
    else byFlag.set(override.flag, [override])
  }
  return byFlag
}
