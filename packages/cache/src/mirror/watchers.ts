import { CacheError } from '../cache-error.js'
import { namespaceOf } from '../key/check-key.js'
import { matchGlob } from '../key/match-glob.js'
import type { Invalidated } from '../remote/remote-tier.js'

const maxListeners = 1000

/** Who is to be told when what is kept under a key of the partition may no longer be believed. */
export class Watchers {
  readonly #byKey = new Map<string, Set<() => void>>()
  #count = 0

  /** @throws CacheError CACHE_OPTION_INVALID over 1,000 listeners. */
  add(key: string, listener: () => void): () => void {
    if (this.#count >= maxListeners)
      throw new CacheError(
        'CACHE_OPTION_INVALID',
        `Over ${maxListeners} listeners for invalidations of one partition`,
        { field: 'listener', remedy: 'Call what onInvalidated returned when a key is no longer watched' },
      )
    this.#count++
    const own = () => listener()
    const listeners = this.#byKey.get(key)
    if (listeners) listeners.add(own)
    else this.#byKey.set(key, new Set([own]))
    return () => this.#remove(key, own)
  }

  hit(scope: Invalidated): void {
    if (this.#count === 0) return
    switch (scope.kind) {
      case 'keys':
        for (const key of scope.names) tell(this.#byKey.get(key))
        return
      case 'namespaces':
        this.#tellWhere(key => scope.names.includes(namespaceOf(key)))
        return
      case 'patterns':
        this.#tellWhere(key => scope.names.some(pattern => matchGlob(pattern, key)))
        return
      case 'tags': // those of a value are not known where it is not in memory
      case 'all':
        this.#tellWhere(() => true)
    }
  }

  #tellWhere(reached: (key: string) => boolean): void {
    for (const [key, listeners] of [...this.#byKey]) if (reached(key)) tell(listeners)
  }

  #remove(key: string, own: () => void): void {
    const listeners = this.#byKey.get(key)
    if (!listeners?.delete(own)) return
    this.#count--
    if (listeners.size === 0) this.#byKey.delete(key)
  }
}

/** A listener that fails is reported as a warning of the process: the invalidation goes on. */
function tell(listeners: ReadonlySet<() => void> | undefined): void {
  if (!listeners) return
  for (const listener of [...listeners]) {
    try {
      listener()
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error))
    }
  }
}
