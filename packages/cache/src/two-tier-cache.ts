import type {
  Cache,
  CacheInstance,
  Entries,
  InvalidateOptions,
  InvalidateResult,
  KeyState,
  Loader,
  LoadOptions,
  ManyLoader,
  ReadOptions,
  SetOptions,
  SetResult,
  WarmOptions,
  WarmResult,
} from './cache.js'
import type { CacheCore } from './cache-core.js'
import { CacheError } from './cache-error.js'
import { cacheReadChannel, publish, timedHitEvery } from './cache-events.js'
import type { CacheStats } from './cache-stats.js'
import { checkKey, checkNamespace, checkPattern, checkTags, namespaceOf } from './key/check-key.js'
import { type Link, linkTo } from './link.js'
import { HitVerifier } from './read/hit-verifier.js'
import { LoadRun } from './read/load-context.js'
import { LoadTally } from './read/load-tally.js'
import { Loads } from './read/loads.js'
import { ManyReader } from './read/many-reader.js'
import { Reader } from './read/reader.js'
import type { RemoteTier } from './remote/remote-tier.js'
import { inspectKey } from './report/inspect-key.js'
import { statsOf } from './report/stats-of.js'
import { afterCommitToo, isInTransaction, openTransactions } from './transaction-scope.js'
import type { TwoTierOptions } from './two-tier-options.js'
import { AccessRecord } from './warm/access-record.js'
import { Warmer } from './warm/warmer.js'
import { checkInvalidateOptions } from './write/check-invalidate-options.js'
import type { Invalidator } from './write/invalidator.js'
import { pairsOf } from './write/pairs-of.js'
import { Setter, type Written } from './write/setter.js'

const drainMs = 5000
const lookAgainMs = 20
const setsAtOnce = 256

/** The facade: a hit in memory is answered here; everything else goes to the part that knows how. */
export class TwoTierCache implements Cache {
  readonly #core: CacheCore
  readonly #link: Link
  readonly #accesses: AccessRecord
  readonly #warmer: Warmer
  readonly #tally = new LoadTally()
  readonly #invalidator: Invalidator
  readonly #setter: Setter
  readonly #reader: Reader
  readonly #many: ManyReader
  readonly #verifier: HitVerifier | undefined
  #ended: Promise<void> | undefined
  #invalidating = 0
  #untimedHits = timedHitEvery

  constructor(core: CacheCore, remote: RemoteTier | undefined, options: TwoTierOptions) {
    this.#core = core
    this.#accesses = new AccessRecord(core)
    this.#warmer = new Warmer(core, this.#accesses, this)
    this.#link = linkTo(core, remote, options, () => void this.#remember())
    this.#invalidator = this.#link.invalidator
    const loads = new Loads(core, this.#invalidator, this.#tally)
    this.#setter = new Setter(core, this.#invalidator)
    this.#reader = new Reader(core, loads, this.#tally)
    this.#many = new ManyReader(core, this.#reader, this.#tally)
    if (options.verifyHits > 0) this.#verifier = new HitVerifier(core, options.verifyHits)
  }

  get<Value = unknown>(key: string, options?: ReadOptions): Promise<Value | undefined> {
    if (openTransactions > 0 && isInTransaction()) return Promise.resolve(undefined)
    if (options === undefined || options.memory !== false) {
      const { memory, clock } = this.#core
      const nowMs = clock.monotonic()
      const slot = memory.hit(key, nowMs)
      if (slot >= 0) {
        const value = memory.valueAt(slot) as Value
        if (--this.#untimedHits === 0) this.#timed(nowMs)
        if (cacheReadChannel.hasSubscribers) this.#reader.told(namespaceOf(key), 'memory', nowMs)
        return Promise.resolve(value)
      }
    }
    return this.#reader.get(key, options) as Promise<Value | undefined>
  }

  getOrSet<Value>(key: string, loader: Loader<Value>, options?: LoadOptions): Promise<Value> {
    if (openTransactions > 0 && isInTransaction()) return this.#past(key, loader)
    if (options === undefined || options.memory !== false) {
      const { memory, clock } = this.#core
      const nowMs = clock.monotonic()
      const slot = memory.hit(key, nowMs)
      if (slot >= 0) {
        const value = memory.valueAt(slot) as Value
        if (--this.#untimedHits === 0) this.#timed(nowMs)
        if (cacheReadChannel.hasSubscribers) this.#reader.told(namespaceOf(key), 'memory', nowMs)
        if (this.#verifier) this.#verifier.hit(key, slot, loader as Loader<unknown>)
        return Promise.resolve(value)
      }
    }
    return this.#reader.getOrSet(key, loader as Loader<unknown>, options) as Promise<Value>
  }

  async mget<Value = unknown>(keys: readonly string[], options?: ReadOptions): Promise<Map<string, Value>> {
    if (openTransactions > 0 && isInTransaction()) return new Map()
    return (await this.#many.mget(keys, options)) as Map<string, Value>
  }

  async getOrSetMany<Value>(
    keys: readonly string[],
    loadMany: ManyLoader<Value>,
    options?: LoadOptions,
  ): Promise<Map<string, Value>> {
    const load = loadMany as ManyLoader<unknown>
    const past = openTransactions > 0 && isInTransaction()
    return (await this.#many.load(keys, load, options, past)) as Map<string, Value>
  }

  set<Value>(key: string, value: Value, options?: SetOptions): Promise<SetResult> {
    if (openTransactions > 0 && isInTransaction()) return this.#deleteInstead(key)
    return this.#setter.set(key, value, options)
  }

  async mset<Value>(entries: Entries<Value>, options: SetOptions = {}): Promise<SetResult> {
    const pairs = pairsOf(entries)
    for (const [key] of pairs) checkKey(key)
    this.#core.throwIfClosed()
    if (isInTransaction()) return this.#deleteInstead(pairs.map(([key]) => key))
    const writes = pairs.map(([key, value]) => this.#setter.prepare(key, value, options))
    const written: Written[] = []
    for (let at = 0; at < writes.length; at += setsAtOnce)
      written.push(
        ...(await Promise.all(writes.slice(at, at + setsAtOnce).map(each => this.#setter.write(each)))),
      )
    return this.#setter.result(written, options)
  }

  delete(key: string | readonly string[], options?: InvalidateOptions): Promise<InvalidateResult> {
    const keys = typeof key === 'string' ? [key] : key
    return this.#invalidate(
      options,
      () => {
        if (!Array.isArray(keys)) checkKey(keys)
        for (const each of keys) checkKey(each)
      },
      () => this.#invalidator.keys(keys, options),
    )
  }

  deletePattern(pattern: string, options?: InvalidateOptions): Promise<InvalidateResult> {
    return this.#invalidate(
      options,
      () => checkPattern(pattern),
      () => this.#invalidator.pattern(pattern, options),
    )
  }

  invalidateTags(tags: readonly string[], options?: InvalidateOptions): Promise<InvalidateResult> {
    return this.#invalidate(
      options,
      () => checkTags(tags),
      () => this.#invalidator.scope({ kind: 'tags', names: tags }, options),
    )
  }

  clear(namespace: string | readonly string[], options?: InvalidateOptions): Promise<InvalidateResult> {
    const names = typeof namespace === 'string' ? [namespace] : namespace
    return this.#invalidate(
      options,
      () => {
        if (!Array.isArray(names)) checkNamespace(names)
        for (const name of names) checkNamespace(name)
        void this.#accesses.sample()
      },
      () => this.#invalidator.scope({ kind: 'namespaces', names }, options),
    )
  }

  async warm(options: WarmOptions = {}): Promise<WarmResult> {
    this.#core.throwIfClosed()
    return this.#warmer.warm(options)
  }

  onInvalidated(key: string, listener: () => void): () => void {
    checkKey(key)
    this.#core.throwIfClosed()
    if (typeof listener !== 'function')
      throw new CacheError('CACHE_OPTION_INVALID', 'The listener must be a function', { field: 'listener' })
    return this.#core.partitionFor(key).watchers.add(key, listener)
  }

  stats(): CacheStats {
    return statsOf(this.#core, this.#tally, this.#link.size())
  }

  async inspect(key: string): Promise<KeyState> {
    checkKey(key)
    this.#core.throwIfClosed()
    return inspectKey(this.#core, key)
  }

  async instances(): Promise<readonly CacheInstance[]> {
    this.#core.throwIfClosed()
    return this.#link.instances()
  }

  close(): Promise<void> {
    this.#ended ??= this.#close()
    return this.#ended
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #timed(startedMs: number): void {
    this.#untimedHits = timedHitEvery
    publish({ kind: 'memory-hit', durationMs: this.#core.clock.monotonic() - startedMs })
  }

  async #remember(): Promise<void> {
    const sampling = this.#accesses.sampleIfDue()
    if (!sampling) return
    await sampling
    await this.#warmer.store().catch(() => {}) // a record that is not stored is only a colder start
  }

  /** Within a transaction an invalidation is too early: others may load the old value until the commit. */
  async #invalidate(
    options: InvalidateOptions | undefined,
    check: () => void,
    run: () => Promise<InvalidateResult>,
  ): Promise<InvalidateResult> {
    check()
    checkInvalidateOptions(options ?? {})
    this.#core.throwIfClosed()
    if (isInTransaction()) afterCommitToo(run)
    this.#invalidating++
    try {
      return await run()
    } finally {
      this.#invalidating--
    }
  }

  async #deleteInstead(key: string | readonly string[]): Promise<SetResult> {
    return { ...(await this.delete(key)), stored: false }
  }

  async #past<Value>(key: string, loader: Loader<Value>): Promise<Value> {
    checkKey(key)
    this.#core.throwIfClosed()
    if (typeof loader !== 'function')
      throw new CacheError('CACHE_OPTION_INVALID', 'The loader must be a function', { field: 'loader', key })
    return loader(new LoadRun([], () => undefined))
  }

  /** What is under way ends, for five seconds; then it is given up. */
  async #close(): Promise<void> {
    const { clock, partitions, keyHits } = this.#core
    await this.#accesses.sample()
    await this.#warmer.store().catch(() => {})
    this.#core.closing = true
    const untilMs = clock.monotonic() + drainMs
    const busy = () =>
      this.#invalidating > 0 || !keyHits.empty || partitions.some(({ flights }) => !flights.empty)
    while (busy() && clock.monotonic() < untilMs) await clock.sleep(lookAgainMs)
    await this.#link.close()
    this.#core.memory.clear()
  }
}
