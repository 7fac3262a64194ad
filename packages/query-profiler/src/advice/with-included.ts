import { holdingAll } from './holding-all.js'
import { expectedBytes, type IndexCandidate, tableName } from './index-candidate.js'
import type { SelectionInput } from './select-indexes.js'
import { updatedColumns } from './updated-columns.js'
import { trustedGain, workloadValue } from './workload-value.js'

/**
 * Puts the other columns that a query reads into a chosen index (INCLUDE), where reading the index alone makes the query so
 * much cheaper that its time is taken to fall, too.
 */
export async function withIncluded(
  input: SelectionInput,
  chosen: readonly IndexCandidate[],
): Promise<readonly IndexCandidate[]> {
  const isUpdated = updatedColumns(input.queries.map(({ query }) => query.columns))
  let indexes = chosen
  for (const index of chosen)
    for (const costed of input.queries) {
      const use = costed.query.columns.uses.find(one => one.table === tableName(index.table))
      const wider = use && holdingAll(index, use, isUpdated)
      const now = await input.book.costOf(costed, indexes)
      if (!wider || !indexes.includes(index) || !now?.used.includes(index)) continue
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
