import type { Cache, InvalidateOptions, InvalidateResult } from './cache.js'
import { CacheError } from './cache-error.js'
import { type CacheMethodDecorator, decorateMethod } from './decorators/decorate-method.js'
import type {
  CacheResultOptions,
  DecoratorsOptions,
  InvalidatesOptions,
} from './decorators/decorator-options.js'
import { type MutationOptions, mutation } from './decorators/mutation.js'
import { type AnyFunction, invalid, Reader, type ReaderOptions } from './decorators/reader.js'
import { readersOf } from './decorators/readers.js'

export type { CacheMethodDecorator } from './decorators/decorate-method.js'
export type {
  CacheResultOptions,
  DecoratorsOptions,
  InvalidatesOptions,
} from './decorators/decorator-options.js'

// Taken as a whole: TypeScript would infer parameters from the options as well.
type AnyCall = (...args: never[]) => unknown
type ResultOf<Fn extends AnyCall> = Awaited<ReturnType<Fn>>

/** A function of the same parameters that returns a promise. */
export type Cached<Fn extends AnyCall> = (
  this: ThisParameterType<Fn>,
  ...args: Parameters<Fn>
) => Promise<ResultOf<Fn>>

export interface CacheDecorators {
  /**
   * The function, its results kept: calls with equal arguments share one result, and one execution while it runs. What
   * it throws is thrown on, and an `undefined` is not kept. `this` is handed on and is no part of the key.
   */
  cacheResult<Fn extends AnyCall>(
    fn: Fn,
    options?: CacheResultOptions<Parameters<Fn>, ResultOf<Fn>>,
  ): Cached<Fn>
  cacheResult<Fn extends AnyCall>(
    options: CacheResultOptions<Parameters<Fn>, ResultOf<Fn>>,
    fn: Fn,
  ): Cached<Fn>
  /** `cacheResult` for a method; objects of one class share their results. */
  cached<Args extends unknown[] = [], Result = unknown>(
    options?: CacheResultOptions<Args, Result>,
  ): CacheMethodDecorator<Args>
  /** The mutation; when it has ended, in whatever way, what it may have changed is invalidated. */
  invalidates<Fn extends AnyCall>(
    fn: Fn,
    options: InvalidatesOptions<Parameters<Fn>, ResultOf<Fn>>,
  ): Cached<Fn>
  invalidates<Fn extends AnyCall>(
    options: InvalidatesOptions<Parameters<Fn>, ResultOf<Fn>>,
    fn: Fn,
  ): Cached<Fn>
  /** The same for a method. */
  invalidates<Args extends unknown[] = [], Result = unknown>(
    options: InvalidatesOptions<Args, Result>,
  ): CacheMethodDecorator<Args>
  /** Invalidates the result of one call of a cached function, given as it is or as it was before it was cached. */
  invalidateCache<Args extends unknown[]>(
    fn: (...args: Args) => unknown,
    ...args: Args
  ): Promise<InvalidateResult>
  invalidateNamespace(
    namespace: string | readonly string[],
    options?: InvalidateOptions,
  ): Promise<InvalidateResult>
  /** The key of one call of a cached function, for the cache's own methods. */
  keyOf<Args extends unknown[]>(fn: (...args: Args) => unknown, ...args: Args): string
}

/**
 * Caching of functions and methods by a cache. All of them throw CacheError CACHE_DECORATOR_INVALID when they are
 * used wrongly, and calls reject with CACHE_ARGUMENT_UNSUPPORTED for an argument that has no canonical form.
 */
export function cacheDecorators(cache: Cache, options: DecoratorsOptions = {}): CacheDecorators {
  const { keySecret } = options
  if (keySecret !== undefined && !(keySecret instanceof Uint8Array && keySecret.length >= 16)) {
    throw new CacheError('CACHE_OPTION_INVALID', 'keySecret must be 16 bytes or more', { field: 'keySecret' })
  }
  const readers = readersOf(cache)

  function toCached(call: AnyFunction, name: string, own: ReaderOptions): AnyFunction {
    const reader = new Reader(cache, call, name, own, keySecret)
    const cached = like(call, name, function (this: unknown, ...args) {
      return reader.read(this, args)
    })
    readers.add(reader, call, cached, own.name !== undefined)
    return cached
  }
  function toMutation(call: AnyFunction, name: string, own: MutationOptions): AnyFunction {
    return like(call, name, mutation(cache, readers, call, own))
  }

  const made = {
    cacheResult(first: unknown, second?: unknown) {
      const [call, own] = functionAndOptions<ReaderOptions>(first, second)
      if (!call)
        throw invalid('fn', 'cacheResult needs a function', 'Methods are decorated by @cached(options).')
      return toCached(call, call.name, own)
    },
    cached(own: ReaderOptions = {}, ...rest: unknown[]) {
      if (rest.length > 0) throw invalid('decorator', 'Write @cached() or @cached(options)')
      return decorateMethod((method, name) => toCached(method, name, own))
    },
    invalidates(first: unknown, second?: unknown) {
      const [call, own] = functionAndOptions<MutationOptions>(first, second)
      if (call) return toMutation(call, call.name, own)
      return decorateMethod((method, name) => toMutation(method, name, own))
    },
    async invalidateCache(fn: unknown, ...args: unknown[]) {
      return cache.delete(readers.of(fn).map(reader => reader.keyOf(args)))
    },
    async invalidateNamespace(namespace: string | readonly string[], own?: InvalidateOptions) {
      return cache.clear(namespace, own)
    },
    keyOf: (fn: unknown, ...args: unknown[]) => (readers.of(fn)[0] as Reader).keyOf(args),
  }
  return made as unknown as CacheDecorators
}

function functionAndOptions<Options>(first: unknown, second: unknown): [AnyFunction | undefined, Options] {
  const [call, options = {}] = typeof first === 'function' ? [first, second] : [second, first]
  if (typeof options !== 'object' || options === null) throw invalid('options', 'The options are an object')
  if (call !== undefined && typeof call !== 'function') throw invalid('fn', 'A function is wanted')
  return [call as AnyFunction | undefined, options as Options]
}

/** `made`, with the name and the number of parameters of `call`. */
function like(call: AnyFunction, name: string, made: AnyFunction): AnyFunction {
  return Object.defineProperties(made, {
    name: { value: name, configurable: true },
    length: { value: call.length, configurable: true },
  })
}
