import type { DatabaseSession } from './database-session.js'
import { hypopgWhatIf } from './hypopg-what-if.js'
import type { CandidateKey, IndexCandidate } from './index-candidate.js'
import type { PlannableQuery } from './plannable-query.js'
import { scratchWhatIf } from './scratch-what-if.js'
import type { ServerFacts } from './server-facts.js'
import { statisticsWhatIf } from './statistics-what-if.js'
import type { WhatIfPlanner } from './what-if.js'

/** HypoPG where it is installed, else a scratch database where there is one, else statistics. */
export async function whatIfPlanner(
  session: DatabaseSession,
  facts: ServerFacts,
  scratch: DatabaseSession | undefined,
): Promise<WhatIfPlanner> {
  const statistics = statisticsWhatIf(session, facts.version)
  if (facts.hypopg) return withFallback(await hypopgWhatIf(session, facts), statistics)
  return scratch ? withFallback(await scratchWhatIf(scratch, session, facts), statistics) : statistics
}

/** What the first cannot imagine or knows nothing of, the second estimates; the cheaper plan is the one that would be taken. */
function withFallback(first: WhatIfPlanner, second: WhatIfPlanner): WhatIfPlanner {
  const isUnknown = (index: IndexCandidate) => index.method === 'gin' || index.keys.some(keepsValuesApart)
  const seen = new Set<string>()
  /** The second starts from the plan of things as they are, which it remembers. */
  const without = async (query: PlannableQuery) => {
    if (seen.has(query.sql)) return
    await first.costOf(query, [])
    await second.costOf(query, [])
    seen.add(query.sql)
  }
  return {
    ...first,
    async costOf(query, indexes) {
      const unknown = indexes.filter(isUnknown)
      if (unknown.length > 0) await without(query)
      const asked = await first.costOf(query, indexes)
      const left = unknown.filter(index => index.method === 'gin' || !first.cannotImagine(index))
      if (left.length === 0) return asked
      const estimated = await second.costOf(query, left)
      return estimated.cost < asked.cost ? estimated : asked
    },
    async close() {
      await first.close()
      await second.close()
    },
  }
}

/**
 * An expression of about as many values as its column. The planner takes any expression without statistics to have 200,
 * and sees no use in an index on `lower(email)`.
 */
function keepsValuesApart({ isExpression, key, columns }: CandidateKey): boolean {
  return isExpression && columns.length === 1 && /^(lower|upper|btrim|ltrim|rtrim|md5)\(/.test(key)
}
