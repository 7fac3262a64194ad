import type { CatalogFacts, ColumnFacts } from './catalog-facts.js'
import type { DatabaseSession } from './database-session.js'
import { quotedTable } from './index-candidate.js'
import { planOf } from './plan-cost.js'
import type { IndexTerm, QueryColumns } from './table-use.js'

/** A column of more values than this may tell who somebody is: its values are not written into an index. */
const mostValues = 20

/**
 * Which share of a table's rows each condition of the queries holds for, as the planner estimates; by table and condition.
 * Only of conditions that may be the predicate of an index: NULL or not, true or not, and values of columns that have few.
 */
export async function predicateShares(
  session: DatabaseSession,
  version: number,
  catalog: CatalogFacts,
  queries: readonly QueryColumns[],
): Promise<ReadonlyMap<string, number>> {
  const shares = new Map<string, number>()
  for (const use of queries.flatMap(query => query.uses)) {
    const table = catalog.tables.get(use.table)
    for (const term of use.terms) {
      const key = `${use.table} ${term.predicate}`
      if (!table || term.predicate === undefined || term.isExpression || shares.has(key)) continue
      if (!mayBeShown(term, table.columns.get(term.columns[0] ?? ''))) continue
      const sql = `select 1 from ${quotedTable(table)} where ${term.predicate}`
      const rows = await planOf(session, version, { sql, parameters: 0 })
        .then(plan => plan['Plan Rows'])
        .catch(() => undefined)
      if (rows !== undefined) shares.set(key, Math.min(1, rows / Math.max(table.rows, 1)))
    }
  }
  return shares
}

function mayBeShown(term: IndexTerm, column: ColumnFacts | undefined): boolean {
  if (!term.predicate?.includes('=')) return true
  const distinct = column?.distinct ?? null
  return distinct !== null && distinct > 0 && distinct <= mostValues
}
