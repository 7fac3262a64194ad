import type { Cache, InvalidateOptions } from '../cache.js'
import type { InvalidatesOptions } from './decorator-options.js'
import { type AnyFunction, invalid, type Reader } from './reader.js'
import type { Readers } from './readers.js'

export type MutationOptions = InvalidatesOptions<unknown[], unknown>

/** Runs `call`, and then invalidates or stores as `options` say. */
export function mutation(
  cache: Cache,
  readers: Readers,
  call: AnyFunction,
  options: MutationOptions,
): AnyFunction {
  const { reader, namespaces, tags, store, acknowledged } = options
  if (reader === undefined && namespaces === undefined && tags === undefined)
    throw invalid('reader', 'invalidates needs a reader, tags or namespaces')
  if (store && reader === undefined) throw invalid('store', 'store needs a reader')
  // What can be wrong of a function is wrong before anything changes; a method is known once there is an object.
  if (typeof reader === 'function') readers.of(reader)
  const how: InvalidateOptions = acknowledged === undefined ? {} : { acknowledged }

  return async function (this: unknown, ...args) {
    const targets = readersFor(readers, reader, this)
    const keysOf = (of: readonly unknown[]) => targets.map(target => target.keyOf([...of]))
    // Made now: what cannot be a key is found out before the change, and the change may alter its own arguments.
    const before = options.argsOfResult ? undefined : [...(options.args ?? same)(...args)]
    const keys = before && keysOf(before)
    const names = typeof tags === 'function' ? tags(...args) : tags

    const invalidateShared = async () => {
      if (names && names.length > 0) await cache.invalidateTags(names, how)
      if (namespaces && namespaces.length > 0) await cache.clear(namespaces, how)
    }
    const invalidateReaders = async (of: readonly string[]) => {
      if (of.length > 0) await cache.delete(of, how)
    }
    const storeOrInvalidate = async (result: unknown) => {
      const of = before ?? [...(options.argsOfResult?.(result, ...args) ?? [])]
      const places = keys ?? keysOf(of)
      const value = store?.(result, ...args)
      if (value === undefined) return invalidateReaders(places)
      const version = options.version?.(result, ...args)
      const kept = version === undefined ? how : { ...how, version }
      await Promise.all(places.map((key, at) => targets[at]?.store(key, of, value, kept)))
    }

    let result: unknown
    try {
      result = await call.apply(this, args)
    } catch (error) {
      // The caller is told of the mutation; what the cache could not be told, it has journaled.
      await Promise.allSettled([invalidateReaders(keys ?? []), invalidateShared()])
      throw error
    }
    await Promise.all([storeOrInvalidate(result), invalidateShared()])
    return result
  }
}

const same = (...args: unknown[]) => args

function readersFor(readers: Readers, reader: MutationOptions['reader'], self: unknown): readonly Reader[] {
  if (reader === undefined) return []
  return readers.of(typeof reader === 'string' ? Reflect.get(Object(self), reader) : reader)
}
