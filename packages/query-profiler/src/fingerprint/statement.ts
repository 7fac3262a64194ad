/** The closed set by which queries are counted. */
export const queryTypes = [
  'select',
  'insert',
  'update',
  'delete',
  'merge',
  'transaction',
  'utility',
  'other',
] as const
export type QueryType = (typeof queryTypes)[number]

/** What a fingerprint does not tell and an N+1 depends on: a batch is not a look-up. */
export interface StatementShape {
  /**
   * A list that stands for several look-ups: `IN (…)` of 1 element, or of 2 and more, which share a statement, so that
   * 2 says "several"; or `= ANY($n)` and `unnest($n)` (`'array'`).
   */
  readonly list: 1 | 2 | 'array' | undefined
  /** Rows of `VALUES`: 1, also where there are none, or 2 for two and more, which share a statement. */
  readonly valuesRows: 1 | 2
  /** Never an N+1: transactions, settings, locks, polls of a queue, cursors, definitions, health checks. */
  readonly isHousekeeping: boolean
}

/**
 * What is known of all queries that differ in their values only. One object per form while it is remembered, so that
 * it is compared by identity and is a key of maps.
 */
export interface Statement {
  /**
   * 16 hexadecimal digits (libpg_query's fingerprint; of `unparsed` ones a hash), and '-list' or '-rows' where the
   * shape is one of several. Statements may share it: see docs/decisions/0030.
   */
  readonly fingerprint: string
  /** Without values and comments, at most 4,096 characters. Safe to show. */
  readonly sql: string
  readonly type: QueryType
  /** As written, with their schema if it was; the first is what the statement reads from or writes to. At most 16. */
  readonly tables: readonly string[]
  readonly shape: StatementShape
  /** What the parser refused, or was not given. In its `sql` only words of SQL are left. */
  readonly unparsed?: 'syntax' | 'too long' | 'several statements'
}

/** Remembers statements by their texts, within bounds of number and bytes. */
export interface StatementCatalog {
  /** A text seen before costs one look-up; a new one of a known form no parsing; never throws. */
  statementOf(text: string): Statement
  /** Statements that were forgotten to make room. */
  readonly forgotten: number
}
