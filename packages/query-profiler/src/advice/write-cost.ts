import type { TableFacts } from './catalog-facts.js'
import { type IndexCandidate, tableName } from './index-candidate.js'
import type { QueryColumns } from './table-use.js'

/** What is known of writing to tables; counts are of the time that the workload is from. */
export interface WriteFacts {
  /** Days that the counters of the catalog are from; null: unknown. */
  readonly counterDays: number | null
  /** Days that the workload is from; null: taken for as long. */
  readonly workloadDays: number | null
  /** UPDATEs of the workload. */
  readonly updates: readonly { readonly updated: QueryColumns['updated']; readonly calls: number }[]
}

export interface WriteCost {
  /** Rows written to the table a day that the index has to follow; null: unknown. */
  readonly rowsPerDay: number | null
  readonly overhead: number
  readonly lostHotUpdates: number
  /** Milliseconds in the time of the workload. */
  readonly ms: number
}

/** An entry of a B-tree in memory took 0.002 ms without waiting for the disk; WAL and reading come on top. */
const msPerEntry = 0.005
/** Counters younger than this may still show how the table was filled at first. */
const settledDays = 7

/** What an index costs those who write. Overhead as pganalyze's: (8 + widths of the columns) / row size × share of the rows. */
export function writeCost(index: IndexCandidate, facts: WriteFacts): WriteCost {
  const { table, included, keys, predicate } = index
  const columns = new Set([...keys.flatMap(key => key.columns), ...included])
  const share = predicate?.share ?? 1
  const widths = [...columns].reduce(
    (sum, column) => sum + (table.columns.get(column)?.averageWidth ?? 16),
    0,
  )
  const rowBytes = Math.max(table.bytes / Math.max(table.rows, 1), 1)
  const lostHotUpdates = lostHot(index, columns, facts)
  const { updated, hotUpdated } = table.writes
  const days = Math.max(facts.counterDays ?? 1, 1)
  const inserted = settledInserts(table, days)
  const scale = facts.workloadDays === null ? 1 : facts.workloadDays / days
  // What the workload does may not have been done here yet, as in a copy.
  const known = facts.updates
    .filter(update => update.updated?.table === tableName(table))
    .reduce((sum, update) => sum + update.calls, 0)
  const lost = Math.max(updated * scale, known) * lostHotUpdates
  const entries = (inserted + updated - hotUpdated) * share * scale + lost * (table.indexes.length + 1)
  return {
    rowsPerDay: facts.counterDays === null ? null : Math.round((inserted + updated) / days),
    overhead: ((8 + widths) / rowBytes) * share,
    lostHotUpdates,
    ms: entries * msPerEntry,
  }
}

function settledInserts(table: TableFacts, days: number): number {
  return days >= settledDays
    ? table.writes.inserted
    : Math.max(0, table.writes.inserted - Math.max(table.rows, 0))
}

/**
 * Share of the updates that are heap-only and set a column of the index; all that are, while the workload has no UPDATE of
 * it. Where none was counted yet, those of the workload are taken to be heap-only.
 */
function lostHot(index: IndexCandidate, columns: ReadonlySet<string>, facts: WriteFacts): number {
  const { updated, hotUpdated } = index.table.writes
  const mine = facts.updates.filter(update => update.updated?.table === tableName(index.table))
  const calls = mine.reduce((sum, update) => sum + update.calls, 0)
  const inPredicate = (column: string) => index.predicate?.sql.includes(column) ?? false
  const touching = mine
    .filter(({ updated: set }) => set?.columns.some(column => columns.has(column) || inPredicate(column)))
    .reduce((sum, update) => sum + update.calls, 0)
  if (calls === 0) return updated === 0 ? 0 : Math.min(hotUpdated / updated, 1)
  return (updated === 0 ? 1 : Math.min(hotUpdated / updated, 1)) * (touching / calls)
}
