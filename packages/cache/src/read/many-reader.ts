import type { LoadContext, LoadOptions, ManyLoader, ReadOptions } from '../cache.js'
import { CacheError } from '../cache-error.js'
import type { Core } from '../core.js'
import { checkKey, namespaceOf } from '../key/check-key.js'
import { BatchLoad } from './batch-load.js'
import { FindMany } from './find-many.js'
import { LoadRun } from './load-context.js'
import type { LoadTally } from './load-tally.js'
import type { Reader } from './reader.js'
import { unlessAborted } from './unless-aborted.js'

/** Of one call. */
const maxKeys = 10_000

/** Reads of many keys at once, and loads of what is missing in one call. */
export class ManyReader {
  readonly #core: Core
  readonly #reader: Reader
  readonly #tally: LoadTally
  readonly #both: FindMany

  constructor(core: Core, reader: Reader, tally: LoadTally) {
    this.#core = core
    this.#reader = reader
    this.#tally = tally
    this.#both = new FindMany(core, tally)
  }

  async mget(keys: readonly string[], options: ReadOptions = {}): Promise<Map<string, unknown>> {
    this.#check(keys)
    const finding = this.#both.find(keys, options)
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
    const { values, away } = past ? { values: [], away: false } : await this.#both.find(unique, options)
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
}
