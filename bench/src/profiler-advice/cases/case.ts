import type { CaseQuery } from '../ours.js'

/** A database with a workload for which it is known what a good advisor says. */
export interface Case {
  readonly name: string
  /** Statements that make it. */
  readonly setup: readonly string[]
  readonly workload: readonly CaseQuery[]
  /** What each index is to be; none: any index is wrong. */
  readonly right: readonly RightIndex[]
  /** Right without an index. */
  readonly other?: 'analyze'
}

export interface RightIndex {
  readonly name: string
  /** Of its definition in lower case, without names, quotes and `public.`. */
  readonly pattern: RegExp
}

export const calls = (count: number, ...texts: string[]): CaseQuery[] =>
  texts.map(sql => ({ sql, calls: count }))
