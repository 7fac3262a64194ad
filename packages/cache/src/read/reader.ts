import type { Loader, LoadOptions, ReadOptions } from '../cache.js'
import { CacheError } from '../cache-error.js'
import { type CacheReadEvent, cacheReadChannel } from '../cache-events.js'
import type { Core } from '../core.js'
import { checkKey, namespaceOf } from '../key/check-key.js'
import { readCopy } from '../memory/read-copy.js'
import { Flight } from '../mirror/flights.js'
import type { LoadedValue } from '../mirror/loaded-value.js'
import type { Partition } from '../mirror/partition.js'
import { adopt } from './adopt.js'
import { held } from './held.js'
import type { LoadTally } from './load-tally.js'
import type { BatchPart, Loading } from './loading.js'
import type { Loads } from './loads.js'
import { aborted, throwIfAborted, unlessAborted } from './unless-aborted.js'

const noOptions: LoadOptions = {}
const refreshAgainMs = 1000

/** Reads of one key that memory did not answer at once. */
export class Reader {
  readonly #core: Core
  readonly #loads: Loads
  readonly #tally: LoadTally

  constructor(core: Core, loads: Loads, tally: LoadTally) {
    this.#core = core
    this.#loads = loads
    this.#tally = tally
  }

  /** A miss where memory and the second tier have nothing that is believed. */
  async get(key: string, options: ReadOptions = {}): Promise<unknown> {
    const end = this.#get(key, options)
    return options.signal ? unlessAborted(end, options.signal, key) : end
  }

  async #get(key: string, options: ReadOptions): Promise<unknown> {
    checkKey(key)
    this.#core.throwIfClosed()
    const namespace = namespaceOf(key)
    const startedMs = this.#core.clock.monotonic()
    const partition = this.#core.partitionFor(key)
    const policy = this.#core.policies.of(namespace, options)
    if (policy.memory) {
      const here = held(this.#core, partition, key)
      if (here?.state === 'good') return this.#fromMemory(here.slot, namespace, startedMs)
    }
    const shared = this.#core.sharedFor(policy)
    let believed = false
    if (shared) {
      const wait = this.#core.arrival(partition)
      if (wait) await wait
      believed = partition.trusted(this.#core.clock.monotonic()) || (await this.#core.belief(partition))
    }
    if (!shared || !believed || !partition.connected || partition.journal.size > 0) {
      return this.#missed(namespace, startedMs)
    }
    const flight = new Flight(key, namespace)
    partition.flights.add(flight)
    try {
      const bytes = await shared.guard.run('get', partition, () => shared.tier.get(partition.index, key))
      const read = bytes && adopt(this.#core, partition, flight, policy, bytes, 'mirror')
      if (!read) return this.#missed(namespace, startedMs)
      this.#tally.of(namespace).remoteHits++
      this.told(namespace, 'remote', startedMs)
      return readCopy(read.copy)
    } catch (error) {
      if (!(error instanceof CacheError)) throw error
      return this.#missed(namespace, startedMs)
    } finally {
      partition.flights.remove(flight)
    }
  }

  async getOrSet(
    key: string,
    loader: Loader<unknown>,
    options: LoadOptions = noOptions,
    batch?: BatchPart,
  ): Promise<unknown> {
    checkKey(key)
    if (typeof loader !== 'function')
      throw new CacheError('CACHE_OPTION_INVALID', 'The loader must be a function', { field: 'loader', key })
    const core = this.#core
    const namespace = namespaceOf(key)
    const startedMs = core.clock.monotonic()
    const partition = core.partitionFor(key)
    const policy = core.policies.of(namespace, options)
    const signal = options.signal
    const way = { key, partition, policy, options, batch }
    let arrived = signal !== undefined // its wait could not be left
    for (;;) {
      core.throwIfClosed()
      throwIfAborted(signal, key)
      if (policy.memory) {
        const here = held(core, partition, key)
        if (here?.state === 'good') {
          if (here.refresh)
            this.#refresh({ ...way, flight: new Flight(key, namespace), background: true }, loader, here.slot)
          return this.#fromMemory(here.slot, namespace, startedMs)
        }
      }
      const current = partition.flights.joinable(key)
      if (current && partition.trusted(core.clock.monotonic())) {
        batch?.waits()
        const joined = { known: partition.known, gen: partition.gen }
        const loaded = await this.#patiently({ ...way, flight: current }, current.join())
        if (!isFresh(partition, current, loaded, joined)) continue
        this.told(namespace, 'joined', startedMs)
        return readCopy(loaded.copy)
      }
      // Callers of a process's first moments, too, are to join one flight, not all to ask for the lease at once.
      const arrival = current && !arrived ? core.arrival(partition) : undefined
      if (arrival) {
        arrived = true
        await arrival
        await core.belief(partition)
        continue
      }
      const flight = new Flight(key, namespace)
      const loading: Loading = { key, partition, flight, policy, options, batch, inRemote: false }
      const loaded = await this.#patiently(loading, this.#fly(loading, loader))
      this.told(namespace, loading.inRemote ? 'remote' : 'loader', startedMs)
      return readCopy(loaded.copy)
    }
  }

  told(namespace: string, by: CacheReadEvent['by'], startedMs: number): void {
    if (!cacheReadChannel.hasSubscribers) return
    const event: CacheReadEvent = { namespace, by, durationMs: this.#core.clock.monotonic() - startedMs }
    cacheReadChannel.publish(event)
  }

  /** Goes on to its end whoever gives up waiting. */
  async #fly(loading: Loading, loader: Loader<unknown>): Promise<LoadedValue> {
    const { partition, flight } = loading
    partition.flights.offer(flight)
    try {
      const loaded = await this.#loads.bring(loading, loader)
      flight.resolve(loaded)
      return loaded
    } catch (error) {
      flight.reject(error)
      throw error
    } finally {
      partition.flights.remove(flight)
    }
  }

  #refresh(loading: Loading, loader: Loader<unknown>, slot: number): void {
    const { memory, clock } = this.#core
    const { life } = memory.scopeAt(slot)
    if (!life) return
    life.refreshing = true
    memory.setDeadline(slot, life.expiresAtMs)
    const { partition, flight, key } = loading
    partition.flights.add(flight)
    this.#loads
      .refresh(loading, loader, life.token)
      .catch(() => {}) // counted; the value is good until its expiry, and is tried again
      .finally(() => {
        partition.flights.remove(flight)
        life.refreshing = false
        const again = memory.find(key)
        if (again >= 0 && memory.scopeAt(again).life === life)
          memory.setDeadline(again, Math.min(life.expiresAtMs, clock.monotonic() + refreshAgainMs))
      })
  }

  /** The flight's end, unless the caller's patience or its signal ends before. */
  #patiently(loading: Loading, end: Promise<LoadedValue>): Promise<LoadedValue> {
    const { policy, options } = loading
    const soft = policy.softTimeoutMs > 0 && policy.staleMs > 0
    return soft || options.signal ? this.#orLeave(loading, end, soft) : end
  }

  async #orLeave(loading: Loading, end: Promise<LoadedValue>, soft: boolean): Promise<LoadedValue> {
    const { options, key } = loading
    end.catch(() => {}) // the caller may have left
    const left = new AbortController()
    const ends: Promise<LoadedValue>[] = [end]
    if (options.signal) ends.push(aborted(options.signal, left.signal, key))
    if (soft) ends.push(this.#staleAfter(loading, left.signal, end))
    try {
      return await Promise.race(ends)
    } finally {
      left.abort(null)
    }
  }

  async #staleAfter(loading: Loading, left: AbortSignal, end: Promise<LoadedValue>): Promise<LoadedValue> {
    try {
      await this.#core.clock.sleep(loading.policy.softTimeoutMs, left)
    } catch {
      return end
    }
    return this.#loads.stale(loading) ?? end
  }

  #missed(namespace: string, startedMs: number): undefined {
    this.#tally.of(namespace).misses++
    this.told(namespace, 'nothing', startedMs)
    return undefined
  }

  #fromMemory(slot: number, namespace: string, startedMs: number): unknown {
    this.#tally.of(namespace).memoryHits++
    this.told(namespace, 'memory', startedMs)
    return this.#core.memory.valueAt(slot)
  }
}

/** A joiner takes a value that is not void now, or that nothing had overtaken by what was known when it joined. */
function isFresh(
  partition: Partition,
  { key, namespace, voidSeq }: Flight,
  loaded: LoadedValue,
  joined: { known: number; gen: string | null },
): boolean {
  if (joined.gen === loaded.gen && joined.known <= loaded.seq) return true
  return voidSeq <= loaded.seq && !partition.voids(loaded.gen, loaded.seq, key, namespace, loaded.tags)
}
