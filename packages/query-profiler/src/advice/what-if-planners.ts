import type { DatabaseSession } from './database-session.js'
import { hypopgWhatIf } from './hypopg-what-if.js'
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

/** What the first cannot imagine, the second estimates; the cheaper plan is the one that would be taken. */
function withFallback(first: WhatIfPlanner, second: WhatIfPlanner): WhatIfPlanner {
  return {
    ...first,
    async costOf(query, indexes) {
      const asked = await first.costOf(query, indexes)
      const left = indexes.filter(index => first.cannotImagine(index) && index.method === 'gin')
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
