import type { FlagDefinition, FlagValue } from '../flag/flag-definition.js'
import { frozenCopy, type JsonType, jsonTypeOf } from '../flag/json-value.js'
import type { EvaluationDetails, Reason } from './evaluation.js'

/** One thing that a flag may serve, made once. */
export interface Outcome {
  readonly variant: string
  /** undefined: the flag has no value for it, and the caller's default is served. */
  readonly type: JsonType | undefined
  /** As `CompiledSnapshot.isOn` has it. */
  readonly isOn: boolean
  /** Without `value` where the flag has none. */
  readonly fresh: EvaluationDetails
  readonly stale: EvaluationDetails
}

type Extra = Partial<Pick<EvaluationDetails, 'ruleId' | 'errorCode' | 'errorMessage'>>

/** Makes the outcomes of one flag. */
export class Outcomes {
  readonly metadata: FlagDefinition['metadata']
  readonly #flagKey: string
  readonly #values: ReadonlyMap<string, FlagValue>

  constructor({ name, type, value, defaultValue, variants, metadata }: FlagDefinition) {
    this.#flagKey = name
    this.metadata = frozenCopy(metadata)
    const values = new Map(variants.map(variant => [variant.name, frozenCopy(variant.value)]))
    const on = value ?? (type === 'boolean' ? true : null)
    const off = defaultValue ?? (type === 'boolean' ? false : null)
    if (on !== null) values.set('on', frozenCopy(on))
    if (off !== null) values.set('off', frozenCopy(off))
    this.#values = values
  }

  /** Of a variant that has no value: what `off` serves. */
  of(variant: string, reason: Reason, extra: Extra = {}): Outcome {
    if (this.#values.has(variant) || variant === 'off')
      return this.ofValue(variant, this.#values.get(variant), reason, extra)
    return this.of('off', reason, extra)
  }

  ofValue(variant: string, value: FlagValue | undefined, reason: Reason, extra: Extra = {}): Outcome {
    const details = (servedReason: Reason): EvaluationDetails =>
      Object.freeze({
        flagKey: this.#flagKey,
        ...(value !== undefined && { value, variant }),
        reason: servedReason,
        ...extra,
        flagMetadata: this.metadata,
      }) as EvaluationDetails
    const fresh = details(reason)
    return {
      variant,
      type: value === undefined ? undefined : jsonTypeOf(value),
      isOn: typeof value === 'boolean' ? value : variant !== 'off',
      fresh,
      stale: reason === 'ERROR' ? fresh : details('STALE'),
    }
  }
}
