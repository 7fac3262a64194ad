import type { LoadOptions, ReadOptions } from '../cache.js'
import { CacheError } from '../cache-error.js'
import type { Core } from '../core.js'
import { namespaceOf } from '../key/check-key.js'
import type { Epoch } from '../memory/entry-scope.js'
import { readCopy } from '../memory/read-copy.js'
import type { Arriving } from '../mirror/arriving.js'
import type { Partition } from '../mirror/partition.js'
import type { EntryPolicy } from '../policy/entry-policy.js'
import type { RemoteKey } from '../remote/remote-tier.js'
import { adopt } from './adopt.js'
import { held } from './held.js'
import type { LoadTally, NamespaceTally } from './load-tally.js'

export interface Found {
  /** In the order of the keys; undefined: neither tier has it. */
  readonly values: unknown[]
  /** The second tier was asked and did not answer. */
  away: boolean
}

/** A key of which memory has nothing. */
interface Asked extends RemoteKey, Arriving {
  /** Among the keys of the call. */
  readonly at: number
  readonly home: Partition
  readonly policy: EntryPolicy
  readonly tally: NamespaceTally
  voidSeq: number
  connection: number
  epoch: Epoch
}

/** Fewer are one step: another would cost more than the waiting that it spares. */
const manyKeys = 32

/** Looks for many keys in both tiers. */
export class FindMany {
  readonly #core: Core
  readonly #tally: LoadTally
  /** Parts that the second tier has not answered. */
  #underWay = 0

  constructor(core: Core, tally: LoadTally) {
    this.#core = core
    this.#tally = tally
  }

  /** @throws CacheError CACHE_OPTION_INVALID. */
  async find(keys: readonly string[], options: LoadOptions | ReadOptions): Promise<Found> {
    const found: Found = { values: new Array<unknown>(keys.length).fill(undefined), away: false }
    const parts: Promise<void>[] = []
    let from = 0
    for (const to of this.#ends(keys.length)) {
      const asked = this.#inMemory(keys, from, to, options, found.values)
      if (asked.length > 0) parts.push(this.#shared(asked, found))
      from = to
    }
    await (parts.length === 1 ? parts[0] : Promise.all(parts))
    return found
  }

  /**
   * Where parts of a call end. While the second tier looks for the first, a small one, the rest is made ready, and the
   * first decoded while it looks for the rest. Not where other calls keep both busy.
   */
  #ends(count: number): readonly number[] {
    return count < manyKeys || this.#underWay > 0 ? [count] : [count >> 2, count]
  }

  /** Takes what memory has; the others may be in the second tier. */
  #inMemory(
    keys: readonly string[],
    from: number,
    to: number,
    options: LoadOptions | ReadOptions,
    values: unknown[],
  ): Asked[] {
    const core = this.#core
    const asked: Asked[] = []
    let namespace = ''
    let policy: EntryPolicy | undefined
    let tally: NamespaceTally | undefined
    let isShared = false
    for (let at = from; at < to; at++) {
      const key = keys[at] as string
      if (!policy || !tally || !isOf(key, namespace)) {
        namespace = namespaceOf(key)
        policy = core.policies.of(namespace, options)
        tally = this.#tally.of(namespace)
        isShared = core.sharedFor(policy) !== null
      }
      const slot = policy.memory ? core.memory.hit(key, core.clock.monotonic()) : -1
      if (slot >= 0) {
        values[at] = core.memory.valueAt(slot)
        continue
      }
      const home = core.partitionFor(key)
      const late = policy.memory ? held(core, home, key) : undefined
      if (late?.state === 'good') {
        tally.memoryHits++
        values[at] = core.memory.valueAt(late.slot)
      }
      if (values[at] !== undefined || !isShared) continue
      const { index: partition, connection, epoch } = home
      asked.push({ partition, key, namespace, voidSeq: -1, at, home, policy, tally, connection, epoch })
    }
    return asked
  }

  async #shared(asked: readonly Asked[], found: Found): Promise<void> {
    const { shared, clock, keyHits } = this.#core
    if (!shared) return
    let nowMs = clock.monotonic()
    let readable = asked
    if (!asked.every(({ home }) => isReadable(home, nowMs))) {
      await this.#belief(asked)
      nowMs = clock.monotonic()
      readable = asked.filter(({ home }) => isReadable(home, nowMs))
      if (readable.length === 0) return
      for (const each of readable) {
        each.connection = each.home.connection
        each.epoch = each.home.epoch
      }
    }
    const hits = keyHits.begin()
    this.#underWay++
    try {
      const blobs = await shared.guard.run('getMany', null, () => shared.tier.getMany(readable))
      const answeredMs = clock.monotonic()
      for (let at = 0; at < readable.length; at++) {
        const bytes = blobs[at]
        const each = readable[at] as Asked
        if (bytes) found.values[each.at] = this.#take(each, bytes, hits, answeredMs)
      }
    } catch (error) {
      if (!(error instanceof CacheError)) throw error
      found.away = true
    } finally {
      this.#underWay--
      keyHits.end(hits)
    }
  }

  async #belief(asked: readonly Asked[]): Promise<void> {
    const core = this.#core
    const homes = [...new Set(asked.map(({ home }) => home))]
    await Promise.all(homes.map(home => core.arrival(home)))
    await Promise.all(homes.map(home => core.belief(home)))
  }

  /** By one look at the clock for all of a step, as the first of them, which is handed out with the last, in any case. */
  #take(each: Asked, bytes: Buffer, hits: ReadonlyMap<string, number>, nowMs: number): unknown {
    const { home, policy } = each
    if (each.connection !== home.connection || each.epoch !== home.epoch) return undefined
    if (hits.size > 0) each.voidSeq = hits.get(each.key) ?? -1
    try {
      const read = adopt(this.#core, home, each, policy, bytes, 'mirror', nowMs)
      if (!read) return undefined
      each.tally.remoteHits++
      return readCopy(read.copy)
    } catch (error) {
      if (!(error instanceof CacheError && error.code === 'CACHE_VALUE_CORRUPT')) throw error
      return undefined
    }
  }
}

function isReadable(home: Partition, nowMs: number): boolean {
  return home.connected && home.journal.size === 0 && home.trusted(nowMs)
}

/** Neighbours mostly are of one namespace: its name need not be cut out of each. */
function isOf(key: string, namespace: string): boolean {
  return key.charCodeAt(namespace.length) === colon && key.startsWith(namespace)
}

const colon = 0x3a
