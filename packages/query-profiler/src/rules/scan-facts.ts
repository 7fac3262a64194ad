import { type Condition, conditionsOf } from './expression.js'
import { textOf } from './plan-values.js'
import type { PlanWalk, Visit } from './plan-walk.js'
import { identifier, tableName } from './wording.js'

const bigBytes = 10 * 1024 ** 2
const bigRows = 10_000

/** Milliseconds below which a node is not worth an index, whatever its share. */
const floorMs = 1

/** It takes more than `share` of the statement, and enough to be worth a change. */
export function matters(walk: PlanWalk, visit: Visit, share = 0.1): boolean {
  return visit.selfShare > share && (walk.unit === 'cost' || visit.self >= floorMs)
}

/** Rows that a scan reads each time it runs; in a plan that was not run, those of the table. Undefined: not known. */
export function rowsRead(walk: PlanWalk, visit: Visit): number | undefined {
  if (!walk.analyzed) return visit.table && visit.table.rows >= 0 ? visit.table.rows : undefined
  return visit.loops > 0 ? ((visit.rows + visit.dropped) / visit.loops) * visit.processes : 0
}

export function isBigTable(walk: PlanWalk, scan: Visit): boolean {
  const known = Math.max(scan.table?.rows ?? 0, rowsRead(walk, scan) ?? 0)
  return known > bigRows || (scan.table?.bytes ?? 0) > bigBytes
}

/** Share of the rows read that a scan keeps; undefined: not known. */
export function shareKept(walk: PlanWalk, scan: Visit): number | undefined {
  if (walk.analyzed) return scan.rows + scan.dropped > 0 ? scan.rows / (scan.rows + scan.dropped) : undefined
  const read = rowsRead(walk, scan)
  return read ? scan.rows / read : undefined
}

/** What `Filter` asks of the node's own relation. */
export function filterOf(visit: Visit): Condition[] {
  return conditionsIn(visit, 'Filter')
}

export function conditionsIn(visit: Visit, key: string): Condition[] {
  const text = textOf(visit.node, key)
  if (!text) return []
  const known = visit.table?.columns
  const isColumn = (name: string) => !known || known.has(name)
  return conditionsOf(text, aliasOf(visit)).map(condition => ({
    ...condition,
    columns: condition.columns.filter(isColumn),
    functions: condition.functions.filter(({ column }) => isColumn(column)),
    casts: condition.casts.filter(({ column }) => isColumn(column)),
  }))
}

export function aliasOf({ node }: Visit): string {
  return textOf(node, 'Alias') || textOf(node, 'Relation Name')
}

/** Columns as a B-tree wants them: those compared for equality, then one that is compared for order. */
export function indexColumns(conditions: readonly Condition[]): string[] {
  const equal = conditions
    .filter(each => each.kind === 'equality' && isPlain(each))
    .flatMap(each => each.columns)
  const range = conditions.find(each => each.kind === 'range' && isPlain(each))?.columns.slice(0, 1) ?? []
  return [...new Set([...equal, ...range])]
}

/** It compares a column as it is, without a function or cast that an index of the column does not have. */
export function isPlain(condition: Condition): boolean {
  return condition.functions.length === 0 && condition.casts.every(cast => isFreeCast(cast.type))
}

/** Between the types of texts a cast changes nothing, and an index serves it. */
export function isFreeCast(type: string): boolean {
  return ['text', 'character varying', 'bpchar'].includes(type)
}

/** 'an index on orders (customer_id, created_at)' */
export function indexOn(scan: Visit, columns: readonly string[]): string {
  return `an index on ${tableName(scan)} (${columnList(columns)})`
}

export function columnList(columns: readonly string[]): string {
  return columns.map(identifier).join(', ')
}

/** A valid index of the whole table whose first key is this column or expression. */
export function indexStarting(scan: Visit, key: string) {
  const wanted = key.replaceAll(/["\s()]/g, '')
  return scan.table?.indexes.find(
    index =>
      index.isValid && index.predicate === null && index.keys[0]?.text.replaceAll(/["\s()]/g, '') === wanted,
  )
}

/** Scans of tables at and below a node, parents first. */
export function isTableScan({ type }: Visit): boolean {
  return /^(Seq|Index|Index Only|Bitmap Heap) Scan$/.test(type)
}
