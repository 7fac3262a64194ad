import { createHmac, hash } from 'node:crypto'
import type { Cache, LoadOptions, SetOptions, SetResult } from '../cache.js'
import { CacheError } from '../cache-error.js'
import { checkNamespace } from '../key/check-key.js'
import { canonicalArguments } from './canonical-arguments.js'
import type { CacheResultOptions } from './decorator-options.js'

export type AnyFunction = (this: unknown, ...args: unknown[]) => unknown
export type ReaderOptions = CacheResultOptions<unknown[], unknown>

/** A function whose results are kept: where they lie, and how they come there. */
export class Reader {
  readonly namespace: string
  /** Undefined where a key function makes it needless. */
  readonly name: string | undefined
  readonly #cache: Cache
  readonly #call: AnyFunction
  readonly #options: ReaderOptions
  readonly #entry: LoadOptions
  readonly #excluded: ReadonlySet<number | string>
  readonly #secret: Uint8Array | undefined

  /** @throws CacheError CACHE_DECORATOR_INVALID, CACHE_TAG_INVALID */
  constructor(cache: Cache, call: AnyFunction, name: string, options: ReaderOptions, secret?: Uint8Array) {
    const { namespace = 'default', name: given = name, key, excludeArgs = [], tags, ...entry } = options
    checkNamespace(namespace)
    if (key === undefined && (typeof given !== 'string' || given === '')) {
      throw invalid('name', 'A function without a name cannot be told from another', 'Give the option name.')
    }
    for (const excluded of excludeArgs) {
      if (typeof excluded === 'string' || (Number.isInteger(excluded) && excluded >= 0)) continue
      throw invalid('excludeArgs', 'excludeArgs takes positions from 0, and names of properties')
    }
    this.namespace = namespace
    this.name = key ? undefined : given
    this.#cache = cache
    this.#call = call
    this.#options = options
    this.#entry = typeof tags === 'function' || tags === undefined ? entry : { ...entry, tags }
    this.#excluded = new Set(excludeArgs)
    this.#secret = secret
  }

  /** @throws CacheError CACHE_ARGUMENT_UNSUPPORTED, CACHE_KEY_INVALID */
  keyOf(args: unknown[]): string {
    const { key } = this.#options
    if (key) {
      const rest: unknown = key(...args)
      if (typeof rest === 'string' && rest !== '') return `${this.namespace}:${rest}`
      throw new CacheError('CACHE_KEY_INVALID', 'The key function must return a string that is not empty', {
        field: 'key',
      })
    }
    return `${this.namespace}:${this.name}:${this.#digest(canonicalArguments(args, this.#excluded))}`
  }

  async read(self: unknown, args: unknown[]): Promise<unknown> {
    const { tags } = this.#options
    const key = this.keyOf(args)
    if (typeof tags !== 'function') {
      return this.#cache.getOrSet(key, () => this.#call.apply(self, args), this.#entry)
    }
    const load = async (context: { setTags(tags: readonly string[]): void }) => {
      const result = await this.#call.apply(self, args)
      if (result !== undefined) context.setTags(tags(result, ...args))
      return result
    }
    return this.#cache.getOrSet(key, load, this.#entry)
  }

  async store(
    key: string,
    args: unknown[],
    value: unknown,
    options: Pick<SetOptions, 'version' | 'acknowledged'>,
  ): Promise<SetResult> {
    const { tags } = this.#options
    const ofValue = typeof tags === 'function' ? { tags: tags(value, ...args) } : {}
    return this.#cache.set(key, value, { ...this.#entry, ...ofValue, ...options })
  }

  /** By UTF-16 units: UTF-8 has one form for all halves of surrogate pairs. */
  #digest(text: string): string {
    if (this.#secret) return createHmac('sha256', this.#secret).update(text, 'utf16le').digest('base64url')
    return hash('sha256', Buffer.from(text, 'utf16le'), 'base64url')
  }
}

export function invalid(field: string, message: string, remedy?: string): CacheError {
  const text = remedy ? `${message}. ${remedy}` : message
  return new CacheError('CACHE_DECORATOR_INVALID', text, remedy ? { field, remedy } : { field })
}
