import type { OtherAdvice } from './advice.js'
import type { CatalogFacts, TableFacts } from './catalog-facts.js'
import { quotedTable } from './index-candidate.js'

/** Of its rows, from which on the statistics of a table are no longer believed. */
const staleShare = 0.1

/** A small table grows by more than a tenth with each page. */
const someBytes = 128 * 1024

export type StatisticsState = 'fresh' | 'missing' | 'stale'

/** A copied database has statistics and no time of them, so a missing time alone says nothing. */
export function statisticsState(table: TableFacts): StatisticsState {
  const columns = [...table.columns.values()]
  const areKnown = columns.some(column => column.nullShare !== null)
  if (table.bytes > 0 && !areKnown && (table.rows <= 0 || table.lastAnalyzedAt === null)) return 'missing'
  return hasChanged(table) || hasGrown(table) ? 'stale' : 'fresh'
}

function hasChanged(table: TableFacts): boolean {
  return changedRows(table) > Math.max(table.rows, 1) * staleShare
}

/** Counters of writes come late; the size of the table is known at once. */
function hasGrown({ bytes, analyzedBytes }: TableFacts): boolean {
  return (
    analyzedBytes !== undefined && analyzedBytes > 0 && bytes > analyzedBytes * (1 + staleShare) + someBytes
  )
}

/**
 * A session tells of its writes up to a second late, and so after an ANALYZE that has seen them: where all that was ever
 * written counts as changed since, the rows that the statistics know of were there.
 */
function changedRows({ changedSinceAnalyze, rows, writes }: TableFacts): number {
  const { inserted, updated, deleted } = writes
  const isAllEver = changedSinceAnalyze === inserted + updated + deleted
  return isAllEver
    ? Math.max(0, changedSinceAnalyze - Math.min(inserted, Math.max(rows, 0) + deleted))
    : changedSinceAnalyze
}

/** Tables of the queries whose statistics the planner should not be asked with. */
export function statisticsAdvice(
  catalog: CatalogFacts,
  tables: ReadonlySet<string>,
): ReadonlyMap<string, OtherAdvice> {
  const advice = new Map<string, OtherAdvice>()
  for (const name of tables) {
    const table = catalog.tables.get(name)
    const state = table ? statisticsState(table) : 'fresh'
    if (!table || state === 'fresh') continue
    advice.set(name, {
      kind: 'analyze',
      text: `ANALYZE ${quotedTable(table)}`,
      reason:
        state === 'missing'
          ? `Table ${name} has no statistics: plans of its queries are guesses. No index is advised upon before it has.`
          : `${whatChanged(name, table)} since its statistics were made. No index is advised upon before they are new.`,
    })
  }
  return advice
}

function whatChanged(name: string, table: TableFacts): string {
  if (hasChanged(table)) return `${changedRows(table)} rows of table ${name} have changed, of ${table.rows},`
  const times = table.bytes / (table.analyzedBytes ?? table.bytes)
  return `Table ${name} has grown to ${times.toFixed(1)} times its size`
}
