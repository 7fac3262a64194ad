import { randomBytes } from 'node:crypto'
import type { Clock } from '@voiceassist/kernel'
import { RagError } from '../rag-error.js'
import type { Asked } from './searches.js'

export interface Remembered {
  readonly asked: Asked
  /** The last change that was known when the key was made; undefined: none was, so nothing may be kept. */
  readonly point: string | undefined
  readonly atMs: number
}

const keptMs = 60_000
const maxKeys = 10_000

const keyForm = /^(rag_search:[\w-]{43})\.[\w-]{12}$/

/** What the cache knows a search by, from a key that was made by hand. @throws RagError RAG_KEY_UNKNOWN. */
export function searchKeyOf(key: string): string {
  const found = typeof key === 'string' ? keyForm.exec(key)?.[1] : undefined
  if (found === undefined)
    throw new RagError('RAG_KEY_UNKNOWN', 'key is none that generateSearchKey returned', { field: 'key' })
  return found
}

/** Keys of searches that are made by hand, each with the moment of its making: what is set under one began after it. */
export class RememberedKeys {
  readonly #clock: Clock
  /** In the order of their making. */
  readonly #keys = new Map<string, Remembered>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Each time another key, since each stands for another moment. */
  add(asked: Asked, point: string | undefined): string {
    this.#forget()
    const key = `${asked.key}.${randomBytes(9).toString('base64url')}`
    this.#keys.set(key, { asked, point, atMs: this.#clock.monotonic() })
    return key
  }

  /** @throws RagError RAG_KEY_UNKNOWN. */
  of(key: string): Remembered {
    this.#forget()
    const remembered = this.#keys.get(key)
    if (!remembered)
      throw new RagError(
        'RAG_KEY_UNKNOWN',
        'key is none that generateSearchKey returned here within a minute',
        {
          field: 'key',
          remedy: 'Call generateSearchKey before each search, and setSearchResults after it',
        },
      )
    return remembered
  }

  #forget(): void {
    const endMs = this.#clock.monotonic() - keptMs
    for (const [key, { atMs }] of this.#keys) {
      if (atMs > endMs && this.#keys.size < maxKeys) return
      this.#keys.delete(key)
    }
  }
}
