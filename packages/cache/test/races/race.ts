import type { Cache } from '#src/index'
import type { Cluster } from '../cluster.js'

/** What may invalidate `user:1`, which is tagged `team:1`. */
export const kinds = {
  key: (cache: Cache) => cache.delete(key),
  tag: (cache: Cache) => cache.invalidateTags(['team:1']),
  namespace: (cache: Cache) => cache.clear('user'),
  pattern: (cache: Cache) => cache.deletePattern('us?r:*'),
  set: (cache: Cache) => cache.set(key, 'v2', { tags: ['team:1'] }),
} as const

export type Kind = keyof typeof kinds
export const allKinds = Object.keys(kinds) as Kind[]

export const key = 'user:1'
export const tags = ['team:1']

export interface Stage {
  readonly cluster: Cluster
  readonly a: Cache
  readonly b: Cache
  /** Invalidates by the kind of this run; the source holds 'v2' from then on. */
  invalidate(cache: Cache): Promise<unknown>
}

/** One numbered interleaving. Unless it says more, nothing may answer 'v1' at its end, in any tier of any instance. */
export interface Race {
  readonly row: number
  readonly title: string
  /** Each is a test of its own. */
  readonly kinds?: readonly Kind[]
  /** At the end 'v1' is allowed: `run` asserts what is to be. */
  readonly ownEnd?: boolean
  run(stage: Stage): Promise<void>
}

/** A row without an interleaving of its own here: it cannot occur, or tests elsewhere hold it. */
export interface Elsewhere {
  readonly row: number
  readonly title: string
  readonly why: string
  /** Files of tests, under `test/`, and the title of one in each. */
  readonly heldBy?: Readonly<Record<string, string>>
}

/** `v1` in both tiers of A, and in B's memory too. */
export async function fillBoth({ cluster, a, b }: Stage, options = {}): Promise<void> {
  for (const cache of [a, b]) await cache.getOrSet(key, () => cluster.read(key), { tags, ...options })
}
