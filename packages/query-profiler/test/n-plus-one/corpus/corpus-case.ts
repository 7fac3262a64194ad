import type { Pool } from 'pg'
import type { NPlusOneKind } from '#src/n-plus-one/n-plus-one-report'

/** What a case is given: profiled pools on the tables of `corpus-tables.ts`. */
export interface CorpusDatabase {
  readonly pool: Pool
  /** Of one connection. */
  readonly narrowPool: Pool
}

export interface ExpectedReport {
  readonly kind: NPlusOneKind
  readonly count: number
  /** The line of the corpus that ends in the comment `here: <at>`. */
  readonly at: string
  /** Text that the parent's SQL has; null: no parent; absent: not looked at. */
  readonly parent?: string | null
  /** Requests that did it; default 1. */
  readonly requests?: number
}

/** What one request, or several at once, do, and what a person would want to hear of it. */
export interface CorpusCase {
  readonly name: string
  run(db: CorpusDatabase): unknown
  /** Empty: nothing. */
  readonly expected: readonly ExpectedReport[]
  /** How many requests run it at the same time; default 1. */
  readonly requests?: number
}

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)
