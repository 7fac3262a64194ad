import type { IndexAudit, Workload } from '../advice/advice.js'
import { advise } from '../advice/advise.js'
import { settledDays } from '../advice/audit-indexes.js'
import { readCatalog } from '../advice/read-catalog.js'
import { readServerFacts } from '../advice/server-facts.js'
import { type Command, notesOnReading, withDatabase } from './command.js'
import { formatIndexAudit } from './format-advice.js'
import type { OpenSession } from './open-session.js'

const nothingRuns: Workload = { queries: [], days: null, source: 'file', skipped: [] }

/** What the catalog alone tells. */
export const indexesCommand: Command = context =>
  withDatabase(context, async session => {
    context.terminal.progress('Reading the catalog …')
    const { indexes, notes } = await advise(session, nothingRuns, { signal: session.signal })
    const audit: IndexAudit = { indexes, notes: [...(await notesOn(session)), ...notes] }
    context.terminal.result(
      context.line.json
        ? JSON.stringify({ database: session.description, ...audit }, null, 2)
        : formatIndexAudit(audit),
    )
  })

async function notesOn(session: OpenSession): Promise<string[]> {
  const { counterDays, isStandby } = await readServerFacts(session)
  const notes = await notesOnReading(session, await readCatalog(session))
  if (counterDays === null || counterDays < settledDays)
    notes.push(
      `Unused indexes were not looked for: the server has counted for ${counterDays === null ? 'an unknown time' : `${Math.floor(counterDays)} days`}, ` +
        `and what is used once a month shows after ${settledDays} days only.`,
    )
  if (isStandby)
    notes.push(
      'This server is a standby, which counts what is read on itself only; look at the primary, too.',
    )
  return notes
}
