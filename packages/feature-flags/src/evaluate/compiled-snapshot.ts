import type { FlagValue } from '../flag/flag-definition.js'
import type { EvaluationContext, EvaluationDetails } from './evaluation.js'

/** A snapshot made ready: evaluating it never throws, waits, or reads anything but the context and a clock. */
export interface CompiledSnapshot {
  readonly environment: string
  readonly revision: number
  /** Names of all flags that are not archived, in their order. */
  readonly names: readonly string[]
  /**
   * @param nowMs of the wall clock, by which overrides expire
   * @param stale the reason of what would be served fresh becomes STALE; errors keep theirs
   */
  evaluate<Value extends FlagValue>(
    name: string,
    defaultValue: Value | undefined,
    context: EvaluationContext | undefined,
    nowMs: number,
    stale: boolean,
  ): EvaluationDetails<Value>
  /** Whether `name` serves `true`, or of a flag that is not boolean anything but `off`; undefined: it is not known. */
  isOn(name: string, context: EvaluationContext | undefined, nowMs: number): boolean | undefined
}
