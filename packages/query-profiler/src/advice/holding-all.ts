import { expectedBytes, type IndexCandidate, indexCandidate, tableName } from './index-candidate.js'
import type { TableUse } from './table-use.js'
import type { IsUpdated } from './updated-columns.js'

const mostIncluded = 3
const mostIncludedBytes = 32
/** The planner counts on the visibility map, which changes; and each included column makes the index larger. */
const leastVisible = 0.8
const mostGrowth = 2.5

/**
 * The index with the other columns that a query reads of its table, so that the query need not read the table; undefined
 * where that does not pay, or where the workload updates one of them.
 */
export function holdingAll(
  index: IndexCandidate,
  use: TableUse,
  isUpdated: IsUpdated,
): IndexCandidate | undefined {
  const { table } = index
  if (use.allColumns || index.method !== 'btree' || (table.visibleShare ?? 0) < leastVisible) return undefined
  if (index.keys.some(key => key.isExpression)) return undefined
  const own = new Set(index.keys.flatMap(key => key.columns))
  const included = [...use.columns].filter(column => !own.has(column)).sort()
  if (included.some(column => isUpdated(tableName(table), column))) return undefined
  const width = included.reduce((sum, column) => sum + (table.columns.get(column)?.averageWidth ?? 100), 0)
  if (included.length === 0 || included.length > mostIncluded || width > mostIncludedBytes) return undefined
  const wider = indexCandidate({ ...index, included })
  return expectedBytes(wider) <= expectedBytes(index) * mostGrowth ? wider : undefined
}
