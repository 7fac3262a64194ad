import type { Clock } from '@voiceassist/kernel'
import { checkSnapshot } from '../flag/check-snapshot.js'
import type { FlagSnapshot } from '../flag/flag-definition.js'
import { FlagError } from '../flag-error.js'
import { type FlagCache, snapshotKey } from './flag-cache.js'
import type { FlagStore } from './flag-store.js'
import { withDeadline } from './with-deadline.js'

export interface SourceParts {
  readonly cache: FlagCache | undefined
  readonly store: FlagStore
  readonly environment: string
  readonly l2TtlMs: number
  readonly clock: Clock
  readonly closed: AbortSignal
}

export interface SourceRead {
  readonly snapshot: FlagSnapshot
  readonly tier: 'l2' | 'l3'
}

type Shared = SourceRead | 'unusable' | 'away'

const revisionMs = 1000
const loadMs = 5000
/** How long the second tier, or the lease that another instance holds there, is waited for. */
const patienceMs = 500
/** What is not usable in the second tier is replaced at most this often: another version may write it again and again. */
const replaceEveryMs = 10_000

/** The second tier and the store. */
export class SnapshotSource {
  readonly #parts: SourceParts
  #replacedMs = Number.NEGATIVE_INFINITY

  constructor(parts: SourceParts) {
    this.#parts = parts
  }

  /** @throws FlagError FLAG_STORE_UNAVAILABLE. */
  async revision(): Promise<number> {
    const { store, environment } = this.#parts
    const revision = await this.#ask(revisionMs, signal => store.revision(environment, signal))
    if (Number.isSafeInteger(revision) && revision >= 0) return revision
    throw unavailable('The store of the flags gives no revision: it must be a whole number, 0 or above')
  }

  /**
   * A snapshot of revision `floor` or a later one, read after `begin` was called last.
   * @throws FlagError FLAG_STORE_UNAVAILABLE; FLAG_INVALID where the store holds what is not well formed.
   */
  async read(floor: number, begin: () => void): Promise<SourceRead> {
    const { cache } = this.#parts
    begin()
    if (!cache) return this.#fromStore(floor)
    const first = await this.#shared(cache, floor)
    if (typeof first === 'object') return first
    if (first === 'unusable' && this.#mayReplace()) {
      await this.#delete(cache)
      begin()
      const second = await this.#shared(cache, floor)
      if (typeof second === 'object') return second
    }
    begin()
    return this.#fromStore(floor)
  }

  /** From the second tier, which this or another instance fills; 'away': it does not answer in time. */
  async #shared(cache: FlagCache, floor: number): Promise<Shared> {
    const { environment, l2TtlMs, clock } = this.#parts
    const loading: { own?: Promise<Shared> } = {}
    const load = async () => {
      const read = this.#fromStore(floor)
      loading.own = read
      return (await read).snapshot
    }
    const ownOr = (other: Shared) => loading.own ?? other
    const asked = Promise.resolve()
      .then(() => {
        const options = { ttl: l2TtlMs / 1000, memory: false } as const
        return cache.getOrSet<unknown>(snapshotKey(environment), load, options)
      })
      .then(
        value => loading.own ?? this.#usable(value, floor),
        () => ownOr('away'),
      )
    const over = new AbortController()
    const tired = clock.sleep(patienceMs, over.signal).then(
      () => ownOr('away'),
      (): Shared => 'away',
    )
    try {
      return await Promise.race([asked, tired])
    } finally {
      over.abort()
    }
  }

  #usable(value: unknown, floor: number): Shared {
    try {
      const snapshot = checkSnapshot(value)
      if (snapshot.environment !== this.#parts.environment || snapshot.revision < floor) return 'unusable'
      return { snapshot, tier: 'l2' }
    } catch {
      return 'unusable'
    }
  }

  #mayReplace(): boolean {
    const nowMs = this.#parts.clock.monotonic()
    if (nowMs < this.#replacedMs + replaceEveryMs) return false
    this.#replacedMs = nowMs
    return true
  }

  async #delete(cache: FlagCache): Promise<void> {
    const { clock, closed, environment } = this.#parts
    const deleting = () => cache.delete(snapshotKey(environment))
    await withDeadline(clock, patienceMs, closed, deleting).catch(() => {}) // the store is read past it
  }

  async #fromStore(floor: number): Promise<SourceRead> {
    const { store, environment } = this.#parts
    const snapshot = checkSnapshot(await this.#ask(loadMs, signal => store.load(environment, signal)))
    if (snapshot.environment !== environment)
      throw unavailable(
        `The store of the flags gives those of ${snapshot.environment}, not of ${environment}`,
      )
    if (snapshot.revision < floor)
      throw unavailable(`The store of the flags is behind: revision ${snapshot.revision}, known is ${floor}`)
    return { snapshot, tier: 'l3' }
  }

  async #ask<Answer>(ms: number, run: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    const { clock, closed } = this.#parts
    try {
      return await withDeadline(clock, ms, closed, run)
    } catch (cause) {
      throw unavailable('The store of the flags does not answer', cause)
    }
  }
}

export function unavailable(message: string, cause?: unknown): FlagError {
  return new FlagError('FLAG_STORE_UNAVAILABLE', message, {
    cause,
    remedy: 'What is known is served meanwhile, with the reason STALE; see that the store answers',
  })
}
