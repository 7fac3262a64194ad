import type { Loader } from '../cache.js'
import { CacheError } from '../cache-error.js'
import type { Core, Shared } from '../core.js'
import type { LoadedValue } from '../mirror/loaded-value.js'
import type { Invalidator } from '../write/invalidator.js'
import { adopt, staleOf, tokenOf } from './adopt.js'
import { held } from './held.js'
import { acquire, release, renewing, waitForLease } from './leases.js'
import { LoadRun } from './load-context.js'
import { type LoadTally, tellFound } from './load-tally.js'
import {
  type Brought,
  fillShared,
  isKept,
  keepHere,
  type Loading,
  outcome,
  type ReadPoint,
} from './loading.js'
import { LocalLoads } from './local-loads.js'
import { runLoader } from './run-loader.js'

const noTags: readonly string[] = []
/** Who waits for another's load does so for so long; then it loads for itself and keeps nothing. */
const waitBudgetMs = 30_000
/** Below this share of reads that find a value a plain read comes first no more: the lease is asked for, and brings what there is. */
const leastFound = 0.25

/** Brings the value of one key: from the second tier, or by the loader under a lease, or by the loader alone. */
export class Loads {
  readonly #core: Core
  readonly #invalidator: Invalidator
  readonly #tally: LoadTally
  readonly #local = new LocalLoads()

  constructor(core: Core, invalidator: Invalidator, tally: LoadTally) {
    this.#core = core
    this.#invalidator = invalidator
    this.#tally = tally
  }

  async bring(loading: Loading, loader: Loader<unknown>): Promise<LoadedValue> {
    const shared = this.#core.sharedFor(loading.policy)
    const { partition, batch } = loading
    if (!shared) {
      const wait = this.#core.arrival(partition)
      if (wait) {
        await wait
        await this.#core.belief(partition) // until then memory keeps nothing
        loading.flight.voidSeq = -1 // what hit it came before its read point
      }
      return this.#here(loading, loader)
    }
    if (batch?.away) return this.alone(loading, loader)
    const wait = this.#core.arrival(partition)
    if (wait) await wait
    if (partition.journal.size > 0 && !(await this.#invalidator.replay(partition)))
      return this.alone(loading, loader)
    let unreadable: string | undefined
    const isLikely = this.#tally.of(loading.flight.namespace).found >= leastFound
    if (!batch && isLikely && partition.connected && partition.trusted(this.#core.clock.monotonic())) {
      let bytes: Buffer | undefined
      try {
        bytes = await shared.guard.run('get', partition, () => shared.tier.get(partition.index, loading.key))
      } catch {
        return this.alone(loading, loader)
      }
      const read = bytes && this.#adopt(loading, bytes, 'mirror')
      if (read === 'unreadable') unreadable = tokenOf(bytes as Buffer)
      else if (read) return read
    }
    return this.#underLease(shared, loading, loader, unreadable)
  }

  /** The value of `token` is replaced; nobody waits for this, and a lease of another is left to it. */
  async refresh(loading: Loading, loader: Loader<unknown>, token: string): Promise<void> {
    const shared = this.#core.sharedFor(loading.policy)
    if (!shared) {
      await this.#here(loading, loader)
      return
    }
    const acquired = await acquire(this.#core, shared, loading, token)
    if (acquired.outcome === 'value') this.#adopt(loading, acquired.envelope, 'script')
    if (acquired.outcome === 'leased') await this.#load(shared, loading, loader, acquired.at, acquired.stale)
  }

  /** What may still answer when the loader failed: of memory, or what the second tier handed over with the lease. */
  stale(loading: Loading, handed?: Buffer): LoadedValue | undefined {
    const { partition, key, flight, policy } = loading
    const { memory } = this.#core
    const here = held(this.#core, partition, key)
    if (!here) return staleOf(this.#core, partition, flight, policy, handed)
    return {
      copy: { value: memory.valueAt(here.slot), bytes: 0, copyOnRead: false },
      gen: partition.gen,
      seq: memory.seqAt(here.slot),
      tags: noTags,
    }
  }

  /** The second tier is away: nothing is kept, and one load of a key runs at a time. */
  alone(loading: Loading, loader: Loader<unknown>): Promise<LoadedValue> {
    return this.#local.share(loading.key, async () => {
      const at = this.#readPoint(loading)
      return outcome(loading, at, await this.#run(loading, loader))
    })
  }

  /** Memory alone, or a value that is kept out of the second tier. */
  #here(loading: Loading, loader: Loader<unknown>): Promise<LoadedValue> {
    const load = async () => {
      const at = this.#readPoint(loading)
      loading.flight.readSeq = at.seq
      try {
        return keepHere(this.#core, loading, at, await this.#run(loading, loader))
      } catch (error) {
        return this.#staleOr(error, loading)
      }
    }
    const nowMs = this.#core.clock.monotonic()
    return loading.partition.trusted(nowMs) ? load() : this.#local.share(loading.key, load)
  }

  async #underLease(
    shared: Shared,
    loading: Loading,
    loader: Loader<unknown>,
    unreadable: string | undefined,
  ): Promise<LoadedValue> {
    const { clock, closed } = this.#core
    const untilMs = clock.monotonic() + (loading.policy.hardTimeoutMs || waitBudgetMs)
    let replaces = unreadable
    for (let attempt = 0; ; attempt++) {
      let acquired: Awaited<ReturnType<typeof acquire>>
      try {
        acquired = await acquire(this.#core, shared, loading, replaces)
      } catch {
        return this.alone(loading, loader)
      }
      if (acquired.outcome === 'value') {
        const read = this.#adopt(loading, acquired.envelope, 'script')
        if (read === 'unreadable') replaces = tokenOf(acquired.envelope)
        else if (read) return read
        if (read === 'unreadable' && replaces === undefined) return this.alone(loading, loader)
      } else if (acquired.outcome === 'leased') {
        tellFound(this.#tally.of(loading.flight.namespace), false)
        return this.#load(shared, loading, loader, acquired.at, acquired.stale)
      } else if (clock.monotonic() > untilMs) return this.alone(loading, loader)
      else {
        loading.batch?.waits()
        await waitForLease(this.#core, loading, attempt)
      }
      if (closed.aborted)
        throw new CacheError('CACHE_CLOSED', 'The cache was closed while a value was waited for')
    }
  }

  async #load(
    shared: Shared,
    loading: Loading,
    loader: Loader<unknown>,
    at: ReadPoint,
    handed: Buffer | undefined,
  ): Promise<LoadedValue> {
    const stop = renewing(this.#core, shared, loading, at.token)
    const { partition, key } = loading
    try {
      const brought = await this.#run(loading, loader, handed)
      if (isKept(brought)) return await fillShared(this.#core, shared, loading, at, brought)
      release(shared, partition.index, key, at.token)
      return outcome(loading, at, brought)
    } catch (error) {
      release(shared, partition.index, key, at.token)
      return this.#staleOr(error, loading, handed)
    } finally {
      stop()
    }
  }

  async #run(loading: Loading, loader: Loader<unknown>, handed?: Buffer): Promise<Brought> {
    const { flight, policy } = loading
    if (!loading.background) this.#tally.of(flight.namespace).misses++
    const run = new LoadRun(policy.tags, () => this.stale(loading, handed)?.copy.value)
    const value = await runLoader(this.#core, this.#tally, flight.namespace, policy, run, () => loader(run))
    return { value, run }
  }

  /** An invalidation that came meanwhile outranks the wish to answer. */
  #staleOr(error: unknown, loading: Loading, handed?: Buffer): LoadedValue {
    const stale = loading.policy.staleMs > 0 ? this.stale(loading, handed) : undefined
    if (!stale) throw error
    return stale
  }

  #readPoint({ partition }: Loading): ReadPoint {
    const startedMs = this.#core.clock.monotonic()
    const seq = this.#core.shared ? partition.seen : partition.known
    return { gen: partition.gen, seq, startedMs, timeMs: 0, token: this.#core.nextToken() }
  }

  #adopt(
    loading: Loading,
    bytes: Buffer,
    judge: 'mirror' | 'script',
  ): LoadedValue | 'unreadable' | undefined {
    const { partition, flight, policy } = loading
    try {
      const read = adopt(this.#core, partition, flight, policy, bytes, judge)
      if (read) {
        flight.readSeq = read.seq
        flight.tags = read.tags
        const tally = this.#tally.of(flight.namespace)
        tally.remoteHits++
        tellFound(tally, true)
        loading.inRemote = true
      }
      return read
    } catch (error) {
      if (error instanceof CacheError && error.code === 'CACHE_VALUE_CORRUPT') return 'unreadable'
      throw error
    }
  }
}
