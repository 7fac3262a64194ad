import {
  type EvaluationContext as ClientContext,
  type JsonValue as ClientJson,
  type ErrorCode,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  ProviderNotReadyError,
  type ResolutionDetails,
  type TrackingEventDetails,
} from '@openfeature/server-sdk'
import type { EvaluationContext } from '../evaluate/evaluation.js'
import type { FeatureFlags, FlagsEvent } from '../feature-flags.js'
import type { FlagValue } from '../flag/flag-definition.js'
import { FlagError } from '../flag-error.js'
import { publish } from '../flag-events.js'

const maxEventNameLength = 200

/**
 * Serves `flags` to the OpenFeature server SDK (1.23 or newer). Reasons are handed on as they are, the flags' own
 * `PREREQUISITE_FAILED` too. While a source is away the status is STALE and known values are served: it does not turn
 * to ERROR later. `track` publishes on `flagChannel`, without whom. The flags stay open when the provider closes: whoever opened
 * them closes them.
 */
export function openFeatureProvider(flags: FeatureFlags): Provider {
  return new FlagsProvider(flags)
}

class FlagsProvider implements Provider {
  readonly metadata = { name: '@voiceassist/feature-flags' } as const
  readonly runsOn = 'server'
  readonly events = new OpenFeatureEventEmitter()
  readonly #flags: FeatureFlags
  #unsubscribe = () => {}

  constructor(flags: FeatureFlags) {
    this.#flags = flags
  }

  /**
   * The SDK itself tells READY when this resolves, and ERROR when it rejects; only what comes later is told from here.
   * @throws ProviderNotReadyError when no tier could be asked; READY is told when one can be.
   */
  async initialize(): Promise<void> {
    await this.#flags.warmCache()
    this.#unsubscribe()
    this.#unsubscribe = this.#flags.subscribe(event => this.#tell(event))
    const { status } = this.#flags
    if (status === 'not-ready' || status === 'closed')
      throw new ProviderNotReadyError('No tier of the flags answers, and there is no bootstrap')
    // The SDK sets READY in the microtasks behind this one, whatever was told before.
    if (status === 'stale')
      setImmediate(() => this.#flags.status === 'stale' && this.#tell({ kind: 'stale' }))
  }

  async onClose(): Promise<void> {
    this.#unsubscribe()
  }

  async resolveBooleanEvaluation(name: string, defaultValue: boolean, context: ClientContext) {
    return this.#resolve(name, defaultValue, context)
  }

  async resolveStringEvaluation(name: string, defaultValue: string, context: ClientContext) {
    return this.#resolve(name, defaultValue, context)
  }

  async resolveNumberEvaluation(name: string, defaultValue: number, context: ClientContext) {
    return this.#resolve(name, defaultValue, context)
  }

  async resolveObjectEvaluation<Value extends ClientJson>(
    name: string,
    defaultValue: Value,
    context: ClientContext,
  ): Promise<ResolutionDetails<Value>> {
    // A null says nothing of the type that is asked for; the call does.
    if (defaultValue !== null) return this.#resolve(name, defaultValue as Value & FlagValue, context)
    const details = this.#resolve<FlagValue>(name, {}, context)
    return { ...details, value: (details.variant === undefined ? null : details.value) as Value }
  }

  /** @throws FlagError FLAG_OPTION_INVALID for a name that is empty or over 200 characters; the SDK logs it. */
  track(name: string, _context: ClientContext, details: TrackingEventDetails = {}): void {
    if (name === '' || name.length > maxEventNameLength)
      throw new FlagError('FLAG_OPTION_INVALID', 'The name of a tracked event has 1 to 200 characters', {
        field: 'name',
      })
    const { value } = details
    const { environment } = this.#flags
    publish({ kind: 'track', environment, name, ...(typeof value === 'number' && { value }) })
  }

  #resolve<Value extends FlagValue>(
    name: string,
    defaultValue: Value,
    context: ClientContext,
  ): ResolutionDetails<Value> {
    const { value, variant, reason, errorCode, errorMessage, flagMetadata } = this.#flags.evaluate(
      name,
      defaultValue,
      context as EvaluationContext,
    )
    // With an error code the SDK serves the default of the call, which may be open where `off` is served.
    if (variant !== undefined) return { value, reason, flagMetadata, variant }
    return {
      value,
      reason,
      flagMetadata,
      ...(errorCode && { errorCode: errorCode as ErrorCode }),
      ...(errorMessage !== undefined && { errorMessage }),
    }
  }

  #tell(event: FlagsEvent): void {
    if (event.kind === 'changed')
      this.events.emit(ProviderEvents.ConfigurationChanged, {
        flagsChanged: [...event.flagsChanged],
        metadata: { revision: event.revision },
      })
    else if (event.kind === 'ready') this.events.emit(ProviderEvents.Ready)
    else this.events.emit(ProviderEvents.Stale, { message: 'The source of the flags does not answer' })
  }
}
