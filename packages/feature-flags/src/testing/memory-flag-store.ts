import { checkFlag } from '../flag/check-flag.js'
import { checkOverride } from '../flag/check-override.js'
import { checkSegment } from '../flag/check-segment.js'
import { checkSnapshot } from '../flag/check-snapshot.js'
import type { FlagDefinition, FlagSnapshot, Override, Segment } from '../flag/flag-definition.js'
import type { FlagStore } from '../tiers/flag-store.js'

interface Environment {
  revision: number
  readonly flags: Map<string, FlagDefinition>
  readonly segments: Map<string, Segment>
  readonly overrides: Map<string, Override>
}

/** What may be left out is filled in as `checkFlag` does. */
export type FlagInput = Pick<FlagDefinition, 'name'> & Partial<FlagDefinition>

/** A store for tests, in this process. Each change is one revision, and is refused where the whole would not be valid. */
export class MemoryFlagStore implements FlagStore {
  readonly #environments = new Map<string, Environment>()
  #down = false
  /** How often each was asked. */
  readonly asked = { revision: 0, load: 0 }
  /** Awaited before an answer that has been read leaves: a test may hold it here, or throw. */
  answering: (operation: 'revision' | 'load') => Promise<void> | undefined = () => undefined

  async revision(environment: string, signal: AbortSignal): Promise<number> {
    return this.#answer('revision', signal, () => this.#of(environment).revision)
  }

  async load(environment: string, signal: AbortSignal): Promise<FlagSnapshot> {
    return this.#answer('load', signal, () => this.snapshot(environment))
  }

  /** From now on it rejects, until `start`. */
  stop(): void {
    this.#down = true
  }

  start(): void {
    this.#down = false
  }

  /** Adds or replaces a flag. @returns the revision, as all changes do */
  putFlag(environment: string, flag: FlagInput): number {
    return this.putFlags(environment, [flag])
  }

  putFlags(environment: string, put: readonly FlagInput[]): number {
    return this.#change(environment, ({ flags }, revision) => {
      for (const flag of put) flags.set(flag.name, { ...checkFlag(flag), revision })
    })
  }

  patchFlag(environment: string, name: string, changes: Partial<FlagDefinition>): number {
    return this.#change(environment, ({ flags }, revision) => {
      const flag = flags.get(name)
      if (!flag) throw new Error(`There is no flag ${name}`)
      flags.set(name, { ...checkFlag({ ...flag, ...changes }), revision })
    })
  }

  putSegment(environment: string, segment: Partial<Segment> & Pick<Segment, 'name'>): number {
    return this.#change(environment, ({ segments }) => {
      segments.set(segment.name, checkSegment(segment))
    })
  }

  putOverride(environment: string, override: Override): number {
    return this.#change(environment, ({ overrides }) => {
      overrides.set(`${override.flag} ${override.targetingKey}`, checkOverride(override))
    })
  }

  removeOverride(environment: string, flag: string, targetingKey: string): number {
    return this.#change(environment, ({ overrides }) => {
      overrides.delete(`${flag} ${targetingKey}`)
    })
  }

  /** What it holds now, down or not. */
  snapshot(environment: string): FlagSnapshot {
    return snapshotOf(environment, this.#of(environment))
  }

  #change(name: string, apply: (environment: Environment, revision: number) => void): number {
    const before = this.#of(name)
    const environment: Environment = {
      revision: before.revision + 1,
      flags: new Map(before.flags),
      segments: new Map(before.segments),
      overrides: new Map(before.overrides),
    }
    apply(environment, environment.revision)
    checkSnapshot(snapshotOf(name, environment))
    this.#environments.set(name, environment)
    return environment.revision
  }

  #of(name: string): Environment {
    const none = { revision: 0, flags: new Map(), segments: new Map(), overrides: new Map() }
    return this.#environments.get(name) ?? none
  }

  async #answer<Answer>(
    operation: 'revision' | 'load',
    signal: AbortSignal,
    read: () => Answer,
  ): Promise<Answer> {
    this.asked[operation]++
    signal.throwIfAborted()
    if (this.#down) throw new Error('The store is stopped')
    const answer = read()
    await this.answering(operation)
    if (this.#down) throw new Error('The store is stopped')
    return answer
  }
}

function snapshotOf(
  environment: string,
  { revision, flags, segments, overrides }: Environment,
): FlagSnapshot {
  return {
    environment,
    revision,
    flags: [...flags.values()],
    segments: [...segments.values()],
    overrides: [...overrides.values()],
  }
}
