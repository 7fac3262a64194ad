import type { EntryOptions, LoadOptions, SetOptions } from '../cache.js'
import { checkNamespace } from '../key/check-key.js'
import { type EntryPolicy, entryPolicy } from './entry-policy.js'

/** The policy of each namespace, and of each call over it. */
export class Policies {
  readonly #defaults: EntryPolicy
  readonly #byNamespace = new Map<string, EntryPolicy>()

  /** @throws CacheError CACHE_OPTION_INVALID, CACHE_TAG_INVALID. */
  constructor(defaults: EntryOptions, namespaces: Readonly<Record<string, EntryOptions>>) {
    this.#defaults = entryPolicy(defaults, undefined, 'defaults')
    for (const [name, options] of Object.entries(namespaces)) {
      checkNamespace(name)
      this.#byNamespace.set(name, entryPolicy(options, this.#defaults, 'defaults'))
    }
  }

  /** @throws CacheError CACHE_OPTION_INVALID. */
  of(namespace: string, options?: LoadOptions | SetOptions): EntryPolicy {
    const policy = this.#byNamespace.get(namespace) ?? this.#defaults
    return options === undefined ? policy : entryPolicy(options, policy)
  }
}
