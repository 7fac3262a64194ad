import { ProfilerError } from '../profiler-error.js'
import { identityOf } from './database-identity.js'
import type { DatabaseSession } from './database-session.js'
import { usesOf } from './hypopg-what-if.js'
import type { IndexCandidate } from './index-candidate.js'
import { planOf } from './plan-cost.js'
import { beginTransaction } from './scratch-transaction.js'
import type { ServerFacts } from './server-facts.js'
import type { WhatIfPlanner } from './what-if.js'

/**
 * Real indexes in a copy of the database. Each is built when it is first asked about; those that a question is not about are
 * dropped for the time of it. All in one transaction, which `close` rolls back, as the server does when the connection ends.
 * @throws ProfilerError SCRATCH_DATABASE_UNSUITABLE if it is the advised database itself
 */
export async function scratchWhatIf(
  scratch: DatabaseSession,
  advised: DatabaseSession,
  facts: ServerFacts,
): Promise<WhatIfPlanner> {
  if ((await identityOf(scratch)) === (await identityOf(advised)))
    throw new ProfilerError('SCRATCH_DATABASE_UNSUITABLE', 'The scratch database is the advised one itself', {
      field: 'scratch',
      remedy: 'Name a copy of the database, on which indexes may be built and dropped',
    })
  const built = new Map<string, { readonly name: string; readonly index: IndexCandidate }>()
  const refused = new Set<string>()

  const build = async (index: IndexCandidate) => {
    const name = `voiceassist_scratch_${built.size + refused.size}`
    await scratch.query('savepoint voiceassist_build')
    try {
      await scratch.query(`create index ${name} ${index.definition}`)
      if (index.keys.some(key => key.isExpression))
        await scratch.query(`analyze ${qualified(index, index.table.name)}`)
      built.set(index.definition, { name, index })
    } catch {
      refused.add(index.definition)
      await scratch.query('rollback to voiceassist_build')
    }
    await scratch.query('release voiceassist_build')
  }
  await beginTransaction(scratch)

  return {
    kind: 'scratch',
    cannotImagine: index => refused.has(index.definition),
    async costOf(query, indexes) {
      for (const index of indexes)
        if (!built.has(index.definition) && !refused.has(index.definition)) await build(index)
      const wanted = new Set(indexes.map(index => index.definition))
      await scratch.query('savepoint voiceassist_question')
      try {
        for (const [definition, { name, index }] of built)
          if (!wanted.has(definition)) await scratch.query(`drop index ${qualified(index, name)}`)
        const plan = await planOf(scratch, facts.version, query)
        const byName = new Map([...built.values()].map(one => [one.name, one.index]))
        return { cost: plan['Total Cost'], ...usesOf(plan, name => byName.get(name)) }
      } finally {
        await scratch.query('rollback to voiceassist_question')
        await scratch.query('release voiceassist_question')
        // Of a plan that failed; a transaction does not take it back.
        await scratch.query('deallocate all')
      }
    },
    async close() {
      await scratch.query('rollback')
    },
  }
}

function qualified(index: IndexCandidate, name: string): string {
  return [index.table.schema, name].map(part => `"${part.replaceAll('"', '""')}"`).join('.')
}
