import type { DatabaseSession } from './database-session.js'
import type { IndexCandidate } from './index-candidate.js'
import { quoteName } from './index-key.js'
import { type CostNode, planOf } from './plan-cost.js'
import type { ServerFacts } from './server-facts.js'
import type { WhatIfPlanner } from './what-if.js'

/** HypoPG has some 2,750 numbers a session; so many are never asked about together. */
const mostAtOnce = 2500

/**
 * Hypothetical indexes of HypoPG, which live in this session alone and go with `close`. The session must be a connection to
 * the server itself: a pooler that changes connections between transactions would leave them in someone else's.
 */
export async function hypopgWhatIf(session: DatabaseSession, facts: ServerFacts): Promise<WhatIfPlanner> {
  const schema = quoteName(facts.hypopg?.schema ?? 'public')
  const present = new Map<
    string,
    { readonly oid: number; readonly name: string; readonly index: IndexCandidate }
  >()
  /** Those that HypoPG refuses, such as expressions that are not immutable. */
  const refused = new Set<string>()
  const reset = async () => {
    await session.query(`select ${schema}.hypopg_reset()`)
  }
  await reset()

  const imagine = async (indexes: readonly IndexCandidate[]) => {
    const wanted = new Set(indexes.map(index => index.definition))
    for (const [definition, { oid }] of present) {
      if (wanted.has(definition)) continue
      await session.query(`select ${schema}.hypopg_drop_index($1)`, [oid])
      present.delete(definition)
    }
    for (const index of indexes.slice(0, mostAtOnce)) {
      if (present.has(index.definition) || refused.has(index.definition)) continue
      try {
        const { rows } = await session.query<{ oid: number; name: string }>(
          `select indexrelid as oid, indexname as name from ${schema}.hypopg_create_index($1)`,
          [`CREATE INDEX ${index.definition}`],
        )
        const made = rows[0]
        if (made) present.set(index.definition, { ...made, index })
      } catch {
        refused.add(index.definition)
      }
    }
  }

  return {
    kind: 'hypopg',
    cannotImagine: index => index.method === 'gin' || refused.has(index.definition),
    async costOf(query, indexes) {
      await imagine(indexes.filter(index => index.method !== 'gin'))
      const plan = await planOf(session, facts.version, query)
      const byName = new Map([...present.values()].map(({ name, index }) => [name, index]))
      return { cost: plan['Total Cost'], ...usesOf(plan, name => byName.get(name)) }
    },
    close: reset,
  }
}

/** Nodes that a LIMIT above them does not stop. */
const readsAll = new Set(['Sort', 'Aggregate', 'Hash', 'Materialize', 'WindowAgg', 'SetOp'])
/** Of what is read in order; with more than this the rows of a LIMIT are found soon wherever they are. */
const fewOfTheRows = 0.3

/** Which of the indexes a plan reads. */
export function usesOf(plan: CostNode, indexOf: (name: string) => IndexCandidate | undefined) {
  const used = new Set<IndexCandidate>()
  const trapped = new Set<IndexCandidate>()
  const visit = (node: CostNode, isLimited: boolean) => {
    const index = indexOf(node['Index Name'] ?? '')
    if (index) {
      used.add(index)
      const rows = index.table.rows * (index.predicate?.share ?? 1)
      const leavesOut = node.Filter !== undefined && node['Plan Rows'] < fewOfTheRows * rows
      if (isLimited && leavesOut && node['Index Cond'] === undefined) trapped.add(index)
    }
    const goesOn = node['Node Type'] === 'Limit' || (isLimited && !readsAll.has(node['Node Type']))
    for (const child of node.Plans ?? []) visit(child, goesOn)
  }
  visit(plan, false)
  return { used: [...used], trapped: [...trapped] }
}
