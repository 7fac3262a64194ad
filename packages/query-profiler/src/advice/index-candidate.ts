import type { TableFacts } from './catalog-facts.js'
import { quoteName } from './index-key.js'

export interface CandidateKey {
  /** As CREATE INDEX has it. */
  readonly key: string
  readonly columns: readonly string[]
  readonly isExpression: boolean
  readonly isDescending: boolean
  readonly nullsFirst: boolean
  /** Empty: the type's own. */
  readonly operatorClass: string
}

/** An index that could be. */
export interface IndexCandidate {
  /** What follows `CREATE INDEX name`; equal for equal indexes. */
  readonly definition: string
  readonly table: TableFacts
  readonly method: 'btree' | 'gin'
  readonly keys: readonly CandidateKey[]
  /** How many of the first keys are compared by equality only, so that their order does not matter. */
  readonly equalKeys: number
  readonly included: readonly string[]
  /** Of a partial index, and the share of the rows that it holds. */
  readonly predicate: { readonly sql: string; readonly share: number } | null
  readonly bytes: { readonly low: number; readonly high: number }
}

export type CandidateParts = Omit<IndexCandidate, 'definition' | 'bytes'>

export function indexCandidate(parts: CandidateParts): IndexCandidate {
  return { ...parts, definition: definitionOf(parts), bytes: bytesOf(parts) }
}

export function tableName(table: Pick<TableFacts, 'schema' | 'name'>): string {
  return `${table.schema}.${table.name}`
}

export function quotedTable(table: Pick<TableFacts, 'schema' | 'name'>): string {
  return `${quoteName(table.schema)}.${quoteName(table.name)}`
}

/** What a budget counts: the middle between both bounds, as their logarithms have it. */
export function expectedBytes({ bytes }: IndexCandidate): number {
  return Math.round(Math.sqrt(bytes.low * bytes.high))
}

function definitionOf({ table, method, keys, included, predicate }: CandidateParts): string {
  const parts = keys.map(key => {
    const direction = key.isDescending ? ' DESC' : ''
    const nulls = key.nullsFirst === key.isDescending ? '' : key.nullsFirst ? ' NULLS FIRST' : ' NULLS LAST'
    return `${key.key}${key.operatorClass ? ` ${key.operatorClass}` : ''}${direction}${nulls}`
  })
  const include = included.length > 0 ? ` INCLUDE (${included.map(quoteName).join(', ')})` : ''
  const using = method === 'btree' ? '' : ` USING ${method}`
  return `ON ${quotedTable(table)}${using} (${parts.join(', ')})${include}${predicate ? ` WHERE ${predicate.sql}` : ''}`
}

const pageBytes = 8192
const fill = 0.9
/** Header of an index tuple and its line pointer. */
const tupleBytes = 12
const rowPointerBytes = 6
const unknownWidth = 16

/**
 * Between a B-tree whose equal keys share one tuple (deduplication, since version 13) and one that shares none. HypoPG's own
 * size knows no deduplication: it said 157 MB of an index of 45.
 */
function bytesOf({ table, method, keys, included, predicate }: CandidateParts): {
  low: number
  high: number
} {
  const rows = Math.max(table.rows, 1) * (predicate?.share ?? 1)
  const width = (column: string) => table.columns.get(column)?.averageWidth ?? unknownWidth
  const wide = [...keys.flatMap(key => key.columns), ...included].reduce(
    (sum, column) => sum + width(column),
    0,
  )
  const aligned = Math.ceil(wide / 8) * 8
  const asBytes = (content: number) => Math.ceil(content / fill / pageBytes + 1) * pageBytes
  if (method === 'gin')
    return { low: asBytes(rows * rowPointerBytes), high: asBytes(rows * (wide + tupleBytes)) }
  const high = rows * (aligned + tupleBytes)
  if (included.length > 0) return { low: asBytes(high), high: asBytes(high) }
  const groups = Math.min(rows, Math.max(...keys.map(key => distinctOf(table, key))))
  const low = Math.min(high, rows * rowPointerBytes + groups * (aligned + tupleBytes))
  return { low: asBytes(low), high: asBytes(high) }
}

/** Different values, as pg_stats estimates; of an expression those of its columns. */
export function distinctOf(table: TableFacts, key: Pick<CandidateKey, 'columns'>): number {
  const rows = Math.max(table.rows, 1)
  const each = key.columns.map(column => {
    const distinct = table.columns.get(column)?.distinct
    if (distinct === null || distinct === undefined || distinct === 0) return rows
    return distinct > 0 ? distinct : -distinct * rows
  })
  return Math.min(rows, Math.max(...each, 1))
}
