import type { LoadContext, LoadedMany, ManyLoader } from '../cache.js'
import { CacheError } from '../cache-error.js'

interface Asked {
  readonly key: string
  readonly context: LoadContext<unknown>
  resolve(value: unknown): void
  reject(error: unknown): void
}

/**
 * Turns loads of single keys into few calls of `loadMany`: it is called for those that this instance may load, once
 * every key is decided. One that waits for somebody else's load counts as decided, so that no two batches wait for
 * each other; it is loaded later, alone, if it comes to that.
 */
export class BatchLoad {
  readonly #loadMany: ManyLoader<unknown>
  /** What a key that was not found is remembered as. */
  readonly #absent: null | undefined
  readonly #undecided: Set<string>
  #asked: Asked[] = []

  constructor(keys: readonly string[], loadMany: ManyLoader<unknown>, absent: null | undefined) {
    this.#loadMany = loadMany
    this.#absent = absent
    this.#undecided = new Set(keys)
  }

  load(key: string, context: LoadContext<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ key, context, resolve, reject })
      this.decided(key)
    })
  }

  decided(key: string): void {
    this.#undecided.delete(key)
    if (this.#undecided.size === 0 && this.#asked.length > 0) void this.#call(this.#asked.splice(0))
  }

  async #call(asked: readonly Asked[]): Promise<void> {
    try {
      const keys = asked.map(({ key }) => key)
      const loaded = await this.#loadMany(keys, contextOf(asked))
      const find = finder(keys, loaded)
      for (const { key, resolve } of asked) resolve(this.#valueOr(find(key)))
    } catch (error) {
      for (const { reject } of asked) reject(error)
    }
  }

  #valueOr(found: unknown): unknown {
    return found === undefined ? this.#absent : found
  }
}

/** What is said of the batch is said of each of its keys. */
function contextOf(asked: readonly Asked[]): LoadContext<never> {
  const contexts = asked.map(({ context }) => context)
  return {
    get signal() {
      return contexts.length === 1
        ? (contexts[0] as LoadContext<unknown>).signal
        : AbortSignal.any(contexts.map(({ signal }) => signal))
    },
    stale: undefined,
    setTtl: ttl => {
      for (const context of contexts) context.setTtl(ttl)
    },
    setTags: tags => {
      for (const context of contexts) context.setTags(tags)
    },
    skip: () => {
      for (const context of contexts) context.skip()
    },
  }
}

function finder(keys: readonly string[], loaded: LoadedMany<unknown>): (key: string) => unknown {
  if (loaded instanceof Map) return key => loaded.get(key)
  if (Array.isArray(loaded)) {
    if (loaded.length !== keys.length)
      throw invalid(`loadMany was asked for ${keys.length} keys and returned an array of ${loaded.length}`)
    const byKey = new Map(keys.map((key, at) => [key, loaded[at]]))
    return key => byKey.get(key)
  }
  if (typeof loaded !== 'object' || loaded === null || Symbol.iterator in loaded)
    throw invalid('loadMany must return a Map, a record or an array')
  return key => (Object.hasOwn(loaded, key) ? (loaded as Record<string, unknown>)[key] : undefined)
}

function invalid(message: string): CacheError {
  return new CacheError('CACHE_LOADER_RESULT_INVALID', message)
}
