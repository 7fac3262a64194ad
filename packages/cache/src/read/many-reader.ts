import type { LoadContext, LoadOptions, ManyLoader, ReadOptions } from '../cache.js'
import { CacheError } from '../cache-error.js'
import type { Core } from '../core.js'
import { checkKey, namespaceOf } from '../key/check-key.js'
import { readCopy } from '../memory/read-copy.js'
import { Flight } from '../mirror/flights.js'
import type { Partition } from '../mirror/partition.js'
import type { EntryPolicy } from '../policy/entry-policy.js'
import type { RemoteKey } from '../remote/remote-tier.js'
import { adopt } from './adopt.js'
import { BatchLoad } from './batch-load.js'
import { held } from './held.js'
import { LoadRun } from './load-context.js'
import type { LoadTally } from './load-tally.js'
import type { Reader } from './reader.js'
import { unlessAborted } from './unless-aborted.js'

/** Of one call. */
const maxKeys = 10_000

interface Found {
  /** In the order of the keys; undefined: neither tier has it. */
  readonly values: readonly unknown[]
  readonly away: boolean
}

/** A key of which memory has nothing. */
interface Asked extends RemoteKey {
  /** Among the keys of the call. */
  readonly at: number
  readonly home: Partition
  connection: number
  readonly policy: EntryPolicy
  readonly flight: Flight
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
    const { values } = await (options.signal ? unlessAborted(finding, options.signal) : finding)
    const found = new Map<string, unknown>()
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at] as string
      if (values[at] === undefined) this.#tally.of(namespaceOf(key)).misses++
      else found.set(key, values[at])
    }
    return found
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
    const unique = [...new Set(keys)]
    const { values, away } = past ? { values: [], away: false } : await this.#find(unique, options)
    const found = new Map<string, unknown>()
    for (const [at, value] of values.entries())
      if (value !== undefined) found.set(unique[at] as string, value)
    const missing = unique.filter(key => !found.has(key))
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
    return new Map(unique.flatMap(key => (found.has(key) ? [[key, found.get(key)]] : [])))
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
    const values = new Array<unknown>(keys.length).fill(undefined)
    const asked: Asked[] = []
    let namespace = ''
    let policy: EntryPolicy | undefined
    let isShared = false
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at] as string
      if (!policy || !isOf(key, namespace)) {
        namespace = namespaceOf(key)
        policy = this.#core.policies.of(namespace, options)
        isShared = this.#core.sharedFor(policy) !== null
      }
      if (policy.memory) values[at] = this.#inMemory(key, namespace)
      if (values[at] !== undefined || !isShared) continue
      const home = this.#core.partitionFor(key)
      const flight = new Flight(key, namespace)
      asked.push({ partition: home.index, key, at, home, connection: -1, policy, flight })
    }
    const away = asked.length > 0 && !(await this.#readShared(asked, values))
    return { values, away }
  }

  #inMemory(key: string, namespace: string): unknown {
    const { memory, clock } = this.#core
    const slot = memory.hit(key, clock.monotonic())
    if (slot >= 0) return memory.valueAt(slot)
    const late = held(this.#core, this.#core.partitionFor(key), key)
    if (late?.state !== 'good') return undefined
    this.#tally.of(namespace).memoryHits++
    return memory.valueAt(late.slot)
  }

  /** False: the second tier was asked and did not answer. */
  async #readShared(asked: readonly Asked[], values: unknown[]): Promise<boolean> {
    const core = this.#core
    const { shared, clock } = core
    if (!shared) return true
    const homes = new Set<Partition>()
    for (const { home } of asked) homes.add(home)
    const arrivals = [...homes].flatMap(home => core.arrival(home) ?? [])
    if (arrivals.length > 0) await Promise.all(arrivals)
    const doubted = [...homes].filter(home => !home.trusted(clock.monotonic()))
    if (doubted.length > 0) await Promise.all(doubted.map(home => core.belief(home)))
    const nowMs = clock.monotonic()
    const readable = asked.filter(
      ({ home }) => home.connected && home.journal.size === 0 && home.trusted(nowMs),
    )
    if (readable.length === 0) return true
    for (const each of readable) {
      each.connection = each.home.connection
      each.home.flights.add(each.flight)
    }
    try {
      const blobs = await shared.guard.run('getMany', null, () => shared.tier.getMany(readable))
      const answeredMs = clock.monotonic()
      for (let at = 0; at < readable.length; at++) {
        const bytes = blobs[at]
        const each = readable[at] as Asked
        if (bytes && each.connection === each.home.connection)
          values[each.at] = this.#take(each, bytes, answeredMs)
      }
      return true
    } catch (error) {
      if (!(error instanceof CacheError)) throw error
      return false
    } finally {
      for (const { home, flight } of readable) home.flights.remove(flight)
    }
  }

  /** By one look at the clock for all of a step, as the first of them, which is handed out with the last, in any case. */
  #take({ home, flight, policy }: Asked, bytes: Buffer, nowMs: number): unknown {
    try {
      const read = adopt(this.#core, home, flight, policy, bytes, 'mirror', nowMs)
      if (!read) return undefined
      this.#tally.of(flight.namespace).remoteHits++
      return readCopy(read.copy)
    } catch (error) {
      if (!(error instanceof CacheError && error.code === 'CACHE_VALUE_CORRUPT')) throw error
      return undefined
    }
  }
}

/** Neighbours mostly are of one namespace: its name need not be cut out of each. */
function isOf(key: string, namespace: string): boolean {
  return key.charCodeAt(namespace.length) === colon && key.startsWith(namespace)
}

const colon = 0x3a
