import type { CostedQuery } from './cost-book.js'
import type { DatabaseSession } from './database-session.js'
import { type IndexCandidate, tableName } from './index-candidate.js'
import { statisticsWhatIf } from './statistics-what-if.js'
import { msOf } from './workload-value.js'

/** Real indexes take long to build. */
const mostBuilt = 25

/** Of the candidates those that save most by statistics alone. */
export async function mostPromising(
  session: DatabaseSession,
  version: number,
  candidates: readonly IndexCandidate[],
  queries: readonly CostedQuery[],
): Promise<IndexCandidate[]> {
  const statistics = statisticsWhatIf(session, version)
  const rated: { index: IndexCandidate; saved: number }[] = []
  for (const index of candidates) {
    let saved = 0
    for (const costed of queries) {
      if (!costed.tables.has(tableName(index.table))) continue
      const { cost } = await statistics.costOf(costed.query, [index])
      saved += msOf(costed) * Math.max(0, 1 - cost / costed.base.cost)
    }
    if (saved > 0) rated.push({ index, saved })
  }
  return rated
    .sort((a, b) => b.saved - a.saved)
    .slice(0, mostBuilt)
    .map(({ index }) => index)
}
