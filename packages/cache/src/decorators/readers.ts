import type { Cache } from '../cache.js'
import { type AnyFunction, invalid, type Reader } from './reader.js'

interface Owner {
  readonly call: AnyFunction
  readonly named: boolean
}

/** The cached functions of one cache. */
export class Readers {
  /** By the cached function, and by the one that it was made from, which may have been cached more than once. */
  readonly #byFunction = new WeakMap<object, Reader[]>()
  readonly #owners = new Map<string, Owner>()

  /**
   * @param named Whether the name was an option: two functions may share entries on purpose, but not by accident.
   * @throws CacheError CACHE_DECORATOR_INVALID
   */
  add(reader: Reader, call: AnyFunction, cached: AnyFunction, named: boolean) {
    if (reader.name !== undefined) this.#claim(`${reader.namespace}:${reader.name}`, { call, named })
    for (const known of [call, cached]) {
      this.#byFunction.set(known, [...(this.#byFunction.get(known) ?? []), reader])
    }
  }

  /** @throws CacheError CACHE_DECORATOR_INVALID when the function is not cached here. */
  of(known: unknown): readonly Reader[] {
    const readers = typeof known === 'function' ? this.#byFunction.get(known) : undefined
    if (!readers) {
      throw invalid('reader', 'This is not a function that this cache keeps the results of')
    }
    return readers
  }

  #claim(place: string, owner: Owner) {
    const before = this.#owners.get(place)
    if (before && before.call !== owner.call && !(before.named && owner.named)) {
      throw invalid('name', `Another function has the place '${place}'`, 'Give one of them the option name.')
    }
    this.#owners.set(place, owner)
  }
}

const known = new WeakMap<Cache, Readers>()

/** One for each cache, so that functions bound to it at several places know each other. */
export function readersOf(cache: Cache): Readers {
  let readers = known.get(cache)
  if (!readers) {
    readers = new Readers()
    known.set(cache, readers)
  }
  return readers
}
