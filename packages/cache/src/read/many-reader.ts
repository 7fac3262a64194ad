import type { LoadContext, LoadOptions, ManyLoader, ReadOptions } from '../cache.js'
import { CacheError } from '../cache-error.js'
import type { Core } from '../core.js'
import { checkKey, namespaceOf } from '../key/check-key.js'
import { readCopy } from '../memory/read-copy.js'
import { Flight } from '../mirror/flights.js'
import type { EntryPolicy } from '../policy/entry-policy.js'
import { adopt } from './adopt.js'
import { BatchLoad } from './batch-load.js'
import { held } from './held.js'
import { LoadRun } from './load-context.js'
import type { LoadTally } from './load-tally.js'
import type { Loading } from './loading.js'
import type { Reader } from './reader.js'
import { unlessAborted } from './unless-aborted.js'

/** Of one call. */
const maxKeys = 10_000

interface Found {
  readonly found: Map<string, unknown>
  readonly away: boolean
}

/** Reads of many keys in one step of the second tier, and loads of what is missing in one call. */
export class ManyReader {
  readonly #core: Core
  readonly #reader: Reader
  readonly #tally: LoadTally

  constructor(core: Core, reader: Reader, tally: LoadTally) {
    this.#core = core
    this.#reader = reader
    this.#tally = tally
  }

  async mget(keys: readonly string[], options: ReadOptions = {}): Promise<Map<string, unknown>> {
    this.#check(keys)
    const finding = this.#find(keys, options)
    const { found } = await (options.signal ? unlessAborted(finding, options.signal) : finding)
    for (const key of keys) if (!found.has(key)) this.#tally.of(namespaceOf(key)).misses++
    return inOrder(keys, found)
  }

  /** `past`: within a transaction, where the cache is neither read nor filled. */
  async load(
    keys: readonly string[],
    loadMany: ManyLoader<unknown>,
    options: LoadOptions = {},
    past = false,
  ): Promise<Map<string, unknown>> {
    if (typeof loadMany !== 'function')
      throw new CacheError('CACHE_OPTION_INVALID', 'loadMany must be a function', { field: 'loadMany' })
    this.#check(keys)
    const { found, away } = past ? { found: new Map(), away: false } : await this.#find(keys, options)
    const missing = [...new Set(keys)].filter(key => !found.has(key))
    const byAbsent = new Map<null | undefined, string[]>([
      [null, []],
      [undefined, []],
    ])
    for (const key of missing) {
      const { negativeTtlMs } = this.#core.policies.of(namespaceOf(key), options)
      byAbsent.get(negativeTtlMs > 0 ? null : undefined)?.push(key)
    }
    const loads = [...byAbsent].flatMap(([absent, each]) => {
      const batch = new BatchLoad(each, loadMany, absent)
      return each.map(async key => {
        try {
          const load = (context: LoadContext<unknown>) => batch.load(key, context)
          const value = past
            ? await load(new LoadRun([], () => undefined))
            : await this.#reader.getOrSet(key, load, options, { away, waits: () => batch.decided(key) })
          if (value !== undefined) found.set(key, value)
        } finally {
          batch.decided(key)
        }
      })
    })
    const ended = await Promise.allSettled(loads)
    for (const end of ended) if (end.status === 'rejected') throw end.reason
    return inOrder(keys, found)
  }

  /** @throws CacheError CACHE_KEY_INVALID, CACHE_OPTION_INVALID, CACHE_CLOSED. */
  #check(keys: readonly string[]): void {
    if (!Array.isArray(keys) || keys.length > maxKeys)
      throw new CacheError('CACHE_OPTION_INVALID', `keys must be an array of at most ${maxKeys} keys`, {
        field: 'keys',
      })
    for (const key of keys) checkKey(key)
    this.#core.throwIfClosed()
  }

  /** What both tiers have. @throws CacheError CACHE_OPTION_INVALID. */
  async #find(keys: readonly string[], options: LoadOptions | ReadOptions): Promise<Found> {
    const found = new Map<string, unknown>()
    const asked: Loading[] = []
    const policies = new Map<string, EntryPolicy>()
    for (const key of new Set(keys)) {
      const namespace = namespaceOf(key)
      let policy = policies.get(namespace)
      if (!policy) {
        policy = this.#core.policies.of(namespace, options)
        policies.set(namespace, policy)
      }
      const partition = this.#core.partitionFor(key)
      const here = policy.memory ? this.#inMemory(key, namespace) : undefined
      if (here) found.set(key, here.value)
      else if (this.#core.sharedFor(policy))
        asked.push({ key, partition, policy, options, flight: new Flight(key, namespace) })
    }
    const away = asked.length > 0 && !(await this.#readShared(asked, found))
    return { found, away }
  }

  #inMemory(key: string, namespace: string): { value: unknown } | undefined {
    const { memory, clock } = this.#core
    const slot = memory.hit(key, clock.monotonic())
    if (slot >= 0) return { value: memory.valueAt(slot) }
    const late = held(this.#core, this.#core.partitionFor(key), key)
    if (late?.state !== 'good') return
    this.#tally.of(namespace).memoryHits++
    return { value: memory.valueAt(late.slot) }
  }

  /** False: the second tier was asked and did not answer. */
  async #readShared(asked: readonly Loading[], found: Map<string, unknown>): Promise<boolean> {
    const { shared, clock } = this.#core
    if (!shared) return true
    const partitions = [...new Set(asked.map(each => each.partition))]
    await Promise.all(partitions.map(partition => this.#core.arrival(partition)))
    await Promise.all(partitions.map(partition => this.#core.belief(partition)))
    const readable = asked.filter(
      ({ partition }) =>
        partition.connected && partition.journal.size === 0 && partition.trusted(clock.monotonic()),
    )
    if (readable.length === 0) return true
    const connections = readable.map(({ partition }) => partition.connection)
    for (const { partition, flight } of readable) partition.flights.add(flight)
    try {
      const keys = readable.map(({ partition, key }) => ({ partition: partition.index, key }))
      const blobs = await shared.guard.run('getMany', null, () => shared.tier.getMany(keys))
      for (const [at, loading] of readable.entries()) {
        const bytes = blobs[at]
        if (bytes && loading.partition.connection === connections[at]) this.#take(loading, bytes, found)
      }
      return true
    } catch (error) {
      if (!(error instanceof CacheError)) throw error
      return false
    } finally {
      for (const { partition, flight } of readable) partition.flights.remove(flight)
    }
  }

  #take({ key, partition, flight, policy }: Loading, bytes: Buffer, found: Map<string, unknown>): void {
    try {
      const read = adopt(this.#core, partition, flight, policy, bytes, 'mirror')
      if (!read) return
      this.#tally.of(flight.namespace).remoteHits++
      found.set(key, readCopy(read.copy))
    } catch (error) {
      if (!(error instanceof CacheError && error.code === 'CACHE_VALUE_CORRUPT')) throw error
    }
  }
}

function inOrder(keys: readonly string[], found: Map<string, unknown>): Map<string, unknown> {
  const ordered = new Map<string, unknown>()
  for (const key of keys) if (found.has(key)) ordered.set(key, found.get(key))
  return ordered
}
