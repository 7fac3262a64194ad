import { holdingAll } from './holding-all.js'
import { expectedBytes, type IndexCandidate, tableName } from './index-candidate.js'
import type { SelectionInput } from './select-indexes.js'
import { trustedGain, workloadValue } from './workload-value.js'

/**
 * Puts the other columns that a query reads into a chosen index (INCLUDE), where reading the index alone makes the query so
 * much cheaper that its time is taken to fall, too. Never a column that the workload updates: its updates would no longer
 * be heap-only.
 */
export async function withIncluded(
  input: SelectionInput,
  chosen: readonly IndexCandidate[],
): Promise<readonly IndexCandidate[]> {
  const updated = new Set(
    input.queries.flatMap(({ query: { columns } }) =>
      (columns.updated?.columns ?? []).map(column => `${columns.updated?.table} ${column}`),
    ),
  )
  const isUpdated = (index: IndexCandidate) =>
    index.included.some(column => updated.has(`${tableName(index.table)} ${column}`))
  let indexes = chosen
  for (const index of chosen)
    for (const costed of input.queries) {
      const use = costed.query.columns.uses.find(one => one.table === tableName(index.table))
      const wider = use && holdingAll(index, use)
      const now = await input.book.costOf(costed, indexes)
      if (!wider || isUpdated(wider) || !indexes.includes(index) || !now?.used.includes(index)) continue
      const instead = indexes.map(other => (other === index ? wider : other))
      const then = await input.book.costOf(costed, instead)
      if (!then || then.cost * trustedGain(costed) > now.cost || sizeOf(instead) > input.budgetBytes) continue
      const [before, after] = [await workloadValue(input, indexes), await workloadValue(input, instead)]
      if (!after.harms && after.ms > before.ms) indexes = instead
    }
  return indexes
}

function sizeOf(indexes: readonly IndexCandidate[]): number {
  return indexes.reduce((sum, index) => sum + expectedBytes(index), 0)
}
