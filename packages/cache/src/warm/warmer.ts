import type { ManyLoader, WarmOptions, WarmResult } from '../cache.js'
import { CacheError } from '../cache-error.js'
import type { Core } from '../core.js'
import { checkNamespace, namespaceOf } from '../key/check-key.js'
import type { AccessRecord } from './access-record.js'

/** What warming needs of the cache it belongs to. */
export interface Warmed {
  mget(keys: readonly string[]): Promise<Map<string, unknown>>
  getOrSetMany(keys: readonly string[], loadMany: ManyLoader<unknown>): Promise<Map<string, unknown>>
  get(key: string): Promise<unknown>
  set(key: string, value: unknown, options: { ttl: string }): Promise<unknown>
}

const defaultKeys = 1000
const defaultMs = 10_000
const batchKeys = 100
/** Of the record itself, in the second tier. */
const recordKey = 'va_access_record:1'
const recordTtl = '7d'
const storedKeys = 5000

/** Brings what was wanted most back into memory: from the second tier, or by loaders, within a budget. */
export class Warmer {
  readonly #core: Core
  readonly #record: AccessRecord
  readonly #cache: Warmed

  constructor(core: Core, record: AccessRecord, cache: Warmed) {
    this.#core = core
    this.#record = record
    this.#cache = cache
  }

  async warm({
    maxKeys = defaultKeys,
    budgetMs = defaultMs,
    loaders = {},
  }: WarmOptions): Promise<WarmResult> {
    check('maxKeys', maxKeys, 100_000)
    check('budgetMs', budgetMs, 300_000)
    for (const namespace of Object.keys(loaders)) checkNamespace(namespace)
    const { clock, memory } = this.#core
    const untilMs = clock.monotonic() + budgetMs
    await this.#readStored()
    const wanted = this.#record
      .ranked()
      .map(([key]) => key)
      .filter(key => memory.find(key) < 0 || memory.isVoid(memory.find(key)))
      .slice(0, maxKeys)
    let warmed = 0
    let failed = 0
    let asked = 0
    for (const keys of batches(wanted)) {
      if (clock.monotonic() >= untilMs || this.#core.closed.aborted) break
      asked += keys.length
      const load = loaders[namespaceOf(keys[0] as string)]
      try {
        const found = load ? await this.#cache.getOrSetMany(keys, load) : await this.#cache.mget(keys)
        warmed += found.size
      } catch {
        failed += keys.length
      }
    }
    return { wanted: wanted.length, warmed, failed, left: wanted.length - asked }
  }

  /** For the instances that start later, and for this one after its restart. */
  async store(): Promise<void> {
    if (!this.#core.shared) return
    const scores = this.#record.ranked().slice(0, storedKeys)
    if (scores.length > 0) await this.#cache.set(recordKey, scores, { ttl: recordTtl })
  }

  async #readStored(): Promise<void> {
    if (!this.#core.shared) return
    const stored = await this.#cache.get(recordKey)
    if (!Array.isArray(stored)) return
    this.#record.merge(
      stored.filter(
        (pair): pair is [string, number] =>
          Array.isArray(pair) &&
          typeof pair[0] === 'string' &&
          Number.isFinite(pair[1]) &&
          pair[0] !== recordKey,
      ),
    )
  }
}

/** Of one namespace each, the most wanted namespace's first batch first. */
function* batches(keys: readonly string[]): Generator<string[]> {
  const open = new Map<string, string[]>()
  for (const key of keys) {
    const namespace = namespaceOf(key)
    const batch = open.get(namespace) ?? []
    batch.push(key)
    open.set(namespace, batch)
    if (batch.length < batchKeys) continue
    open.delete(namespace)
    yield batch
  }
  yield* open.values()
}

function check(field: string, value: number, most: number): void {
  if (!(Number.isFinite(value) && value > 0 && value <= most))
    throw new CacheError('CACHE_OPTION_INVALID', `${field} must be above 0 and at most ${most}`, { field })
}
