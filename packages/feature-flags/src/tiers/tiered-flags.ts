import { setMaxListeners } from 'node:events'
import type { Clock } from '@voiceassist/kernel'
import type { CheckedOptions } from '../check-feature-flags-options.js'
import { compileSnapshot } from '../evaluate/compile-snapshot.js'
import type { CompiledSnapshot } from '../evaluate/compiled-snapshot.js'
import type { EvaluationContext, EvaluationDetails } from '../evaluate/evaluation.js'
import { FlagCounts } from '../evaluate/flag-counts.js'
import type { FeatureFlags, FlagCacheStats, FlagsEvent, FlagsStatus } from '../feature-flags.js'
import type { FlagValue } from '../flag/flag-definition.js'
import { FlagError } from '../flag-error.js'
import { publish } from '../flag-events.js'
import { AppliedRecords } from './applied-records.js'
import { snapshotKey } from './flag-cache.js'
import { FlagTally } from './flag-tally.js'
import { HeldSnapshot } from './held-snapshot.js'
import { SnapshotKeeper } from './snapshot-keeper.js'
import { SnapshotSource } from './snapshot-source.js'

const warmMs = 5000
const acknowledgeMs = 5000
const maxAcknowledgeMs = 60_000
const lookAgainMs = 25
const noMetadata = Object.freeze({})

/** The facade: what is in memory is evaluated here; everything else goes to the part that knows how. */
export class TieredFlags implements FeatureFlags {
  readonly environment: string
  readonly #options: CheckedOptions
  readonly #clock: Clock
  readonly #held: HeldSnapshot
  readonly #tally = new FlagTally()
  readonly #counts = new FlagCounts()
  readonly #keeper: SnapshotKeeper
  readonly #applied: AppliedRecords | undefined
  readonly #listeners = new Set<(event: FlagsEvent) => void>()
  readonly #close = new AbortController()
  #unwatch: (() => void) | undefined
  #reported: FlagsStatus = 'not-ready'
  #ended: Promise<void> | undefined

  constructor(options: CheckedOptions, clock: Clock) {
    const { cache, store, environment, l1TtlMs, l2TtlMs, bootstrap } = options
    const closed = this.#close.signal
    setMaxListeners(0, closed)
    this.environment = environment
    this.#options = options
    this.#clock = clock
    this.#held = new HeldSnapshot(l1TtlMs)
    if (bootstrap) {
      this.#held.current = compileSnapshot(bootstrap, this.#counts)
      this.#held.data = bootstrap
    }
    if (cache) this.#applied = new AppliedRecords({ cache, environment, clock, closed })
    this.#keeper = new SnapshotKeeper({
      environment,
      held: this.#held,
      source: new SnapshotSource({ cache, store, environment, l2TtlMs, clock, closed }),
      tally: this.#tally,
      counts: this.#counts,
      clock,
      closed,
      before: () => this.#connect(),
      reloaded: () => this.#report(),
      changed: (revision, flagsChanged) => {
        publish({ kind: 'change', environment, revision, flags: flagsChanged.length })
        this.#tell({ kind: 'changed', revision, flagsChanged })
      },
    })
  }

  evaluate<Value extends FlagValue>(
    name: string,
    defaultValue: Value,
    context?: EvaluationContext,
  ): EvaluationDetails<Value> {
    const held = this.#held
    const nowMs = this.#clock.monotonic()
    if (nowMs < held.hitUntilMs) this.#tally.memoryHits++
    else this.#missed()
    const { current } = held
    if (current === undefined) return notReady(name, defaultValue)
    return current.evaluate(name, defaultValue, context, this.#clock.now(), nowMs > held.freshUntilMs)
  }

  async isEnabled(name: string, context?: EvaluationContext, defaultValue = false): Promise<boolean> {
    const held = this.#held
    const nowMs = this.#clock.monotonic()
    if (nowMs < held.hitUntilMs) this.#tally.memoryHits++
    else this.#tally.missed()
    if (nowMs >= held.hitUntilMs || nowMs > held.freshUntilMs) await this.#keeper.settled()
    return held.current?.isOn(name, context, this.#clock.now()) ?? defaultValue
  }

  async warmCache(): Promise<void> {
    this.#throwIfClosed()
    const over = new AbortController()
    const tired = this.#clock.sleep(warmMs, over.signal).catch(() => {})
    await Promise.race([this.#keeper.start(), tired])
    over.abort()
  }

  snapshot(): CompiledSnapshot | undefined {
    return this.#held.current
  }

  get status(): FlagsStatus {
    if (this.#close.signal.aborted) return 'closed'
    if (this.#held.current === undefined) return 'not-ready'
    return this.#held.confirmed(this.#clock.monotonic()) ? 'ready' : 'stale'
  }

  async refresh(): Promise<void> {
    this.#throwIfClosed()
    void this.#keeper.start()
    await this.#keeper.ask()
  }

  async acknowledged(revision: number, options: { readonly timeoutMs?: number } = {}): Promise<void> {
    const { timeoutMs = acknowledgeMs } = options
    if (!Number.isSafeInteger(revision) || revision < 0)
      throw optionInvalid('revision', 'must be a whole number, 0 or above')
    if (!(timeoutMs > 0 && timeoutMs <= maxAcknowledgeMs))
      throw optionInvalid('timeoutMs', `must be above 0 and at most ${maxAcknowledgeMs} milliseconds`)
    this.#throwIfClosed()
    void this.#keeper.start()
    if (this.#held.revision < revision) void this.#keeper.ask().catch(() => {})
    const calledMs = this.#clock.monotonic()
    for (;;) {
      const waitedMs = this.#clock.monotonic() - calledMs
      const own = this.#held.revision >= revision ? 0 : 1
      const others = await this.#applied?.missing(revision, waitedMs).catch(() => undefined)
      this.#throwIfClosed()
      if (own === 0 && (this.#applied === undefined || others === 0)) return
      if (waitedMs >= timeoutMs) throw this.#notAcknowledged(revision, timeoutMs, own, others)
      const leftMs = Math.max(1, Math.min(lookAgainMs, timeoutMs - waitedMs))
      await this.#clock.sleep(leftMs, this.#close.signal).catch(() => {})
    }
  }

  counts(): ReadonlyMap<string, { readonly on: number; readonly off: number; readonly error: number }> {
    return this.#counts.all()
  }

  getCacheStats(): FlagCacheStats {
    const { l1TtlMs, l2TtlMs } = this.#options
    return this.#tally.stats(this.#held.current?.names.length ?? 0, l1TtlMs, l2TtlMs)
  }

  subscribe(listener: (event: FlagsEvent) => void): () => void {
    const own = (event: FlagsEvent) => listener(event)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  close(): Promise<void> {
    this.#ended ??= this.#end()
    return this.#ended
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #end(): Promise<void> {
    this.#unwatch?.()
    this.#close.abort(new FlagError('FLAGS_CLOSED', 'The flags are closed'))
    this.#listeners.clear()
    await this.#applied?.leave()
  }

  async #connect(): Promise<void> {
    const { cache, environment } = this.#options
    try {
      this.#unwatch = cache?.onInvalidated(snapshotKey(environment), () => this.#keeper.invalidated())
    } catch {
      // it is closed: what it would have told, the store tells
    }
    await this.#applied?.announce()
  }

  #missed(): void {
    this.#tally.missed()
    this.#keeper.wake()
  }

  /** Called after each reload and each answer of the store, and every second. */
  #report(): void {
    if (this.#close.signal.aborted) return
    const { revision, heard } = this.#held
    if (revision >= 0) this.#applied?.serves(revision, heard)
    const { status } = this
    if (status === this.#reported || (status !== 'ready' && status !== 'stale')) return
    this.#reported = status
    if (status === 'stale') publish({ kind: 'stale', environment: this.environment, revision })
    this.#tell({ kind: status })
  }

  /** A listener that fails is reported as a warning of the process. */
  #tell(event: FlagsEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        process.emitWarning(error instanceof Error ? error : String(error))
      }
    }
  }

  #notAcknowledged(revision: number, ms: number, own: number, others: number | undefined): FlagError {
    const missing =
      others === undefined
        ? 'the cache does not tell which instances serve it'
        : `${own + others} live ${own + others === 1 ? 'instance does' : 'instances do'} not serve it`
    return new FlagError('FLAG_NOT_ACKNOWLEDGED', `Revision ${revision}: after ${ms} ms ${missing}`, {
      remedy: 'It is stored, and reaches each instance within two seconds of its hearing from the store',
    })
  }

  #throwIfClosed(): void {
    this.#close.signal.throwIfAborted()
  }
}

function notReady<Value extends FlagValue>(flagKey: string, value: Value): EvaluationDetails<Value> {
  return Object.freeze({
    flagKey,
    value,
    reason: 'ERROR',
    errorCode: 'PROVIDER_NOT_READY',
    errorMessage: 'No flags have been loaded yet',
    flagMetadata: noMetadata,
  })
}

function optionInvalid(field: string, what: string): FlagError {
  return new FlagError('FLAG_OPTION_INVALID', `${field} ${what}`, { field })
}
