import { loadModule, parseSync } from 'libpg-query'
import type { ClientBase } from 'pg'
import {
  allColumns,
  type Column,
  type Estimate,
  existingIndexes,
  type Hypothetical,
  sameIndex,
  WhatIf,
} from './what-if.js'

await loadModule()

const leastCost = 100
const share = 0.5
const unindexable = new Set(['json', 'jsonb', 'point'])

/**
 * What dexter's algorithm advises, written from its description: every column that a query names, alone, then in ordered
 * pairs, as hypothetical indexes for all queries at once; kept where they at least halve the cost of a query.
 */
export async function dexter(client: ClientBase, queries: readonly string[]): Promise<Hypothetical[]> {
  const columns = await allColumns(client)
  const existing = await existingIndexes(client)
  const named = queries.map(sql => candidateColumns(sql, columns))
  const whatIf = new WhatIf(client)
  try {
    const costs: { first: Estimate; singles: Estimate; pairs: Estimate }[] = []
    for (const sql of queries) {
      const first = await whatIf.estimate(sql)
      costs.push({ first, singles: first, pairs: first })
    }
    const worth = queries.map((_, index) => (costs[index]?.first.cost ?? 0) >= leastCost)
    const singles = unique(
      named.flatMap((list, index) => (worth[index] ? list.map(alone) : [])),
      existing,
    )
    await whatIf.create(singles)
    for (const [index, sql] of queries.entries())
      if (worth[index]) costs[index]!.singles = await whatIf.estimate(sql)
    const pairs = unique(
      named.flatMap((list, index) =>
        worth[index] && costs[index]!.singles.cost > leastCost ? pairsOf(list) : [],
      ),
      existing,
    )
    await whatIf.create(pairs)
    for (const [index, sql] of queries.entries())
      if (worth[index]) costs[index]!.pairs = await whatIf.estimate(sql)

    const chosen: Hypothetical[] = []
    for (const [index, sql] of queries.entries()) {
      if (!worth[index]) continue
      const { first, singles: one, pairs: two } = costs[index]!
      const found =
        one.cost > leastCost && two.cost < one.cost * share
          ? two.used
          : one.cost < first.cost * share
            ? one.used
            : []
      chosen.push(...(found.length > 1 ? await cheapestAlone(whatIf, sql, first.cost, found) : found))
    }
    const advised = unique(chosen, existing)
    return advised.filter(
      index =>
        index.columns.length > 1 ||
        !advised.some(
          other =>
            other.columns.length > 1 && other.table === index.table && other.columns[0] === index.columns[0],
        ),
    )
  } finally {
    await whatIf.reset()
  }
}

async function cheapestAlone(
  whatIf: WhatIf,
  sql: string,
  firstCost: number,
  found: readonly Hypothetical[],
): Promise<Hypothetical[]> {
  let best: { readonly index: Hypothetical; readonly cost: number } | undefined
  for (const index of found) {
    await whatIf.reset()
    await whatIf.create([index])
    const { cost } = await whatIf.estimate(sql)
    if (cost < firstCost * share && cost < (best?.cost ?? Number.POSITIVE_INFINITY)) best = { index, cost }
  }
  return best ? [best.index] : []
}

const alone = ({ table, name }: Column): Hypothetical => ({ table, columns: [name] })

function pairsOf(columns: readonly Column[]): Hypothetical[] {
  return columns.flatMap(a =>
    columns
      .filter(b => b.table === a.table && b.name !== a.name)
      .map(b => ({ table: a.table, columns: [a.name, b.name] })),
  )
}

/** Each once, without those that begin an existing index. */
function unique(indexes: readonly Hypothetical[], existing: readonly Hypothetical[]): Hypothetical[] {
  return indexes.filter(
    (index, position) =>
      indexes.findIndex(other => sameIndex(index, other)) === position &&
      !existing.some(real =>
        sameIndex(index, { ...real, columns: real.columns.slice(0, index.columns.length) }),
      ),
  )
}

/** Every name of a column anywhere in the tree that a table of the query has. */
export function candidateColumns(sql: string, columns: readonly Column[]): Column[] {
  const names = new Set<string>()
  const tables = new Set<string>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    const node = value as Record<string, unknown>
    if (typeof node.relname === 'string') tables.add(node.relname)
    if ('ColumnRef' in node) {
      const { fields } = node.ColumnRef as { fields: { String?: { sval: string } }[] }
      const name = fields.at(-1)?.String?.sval
      if (name) names.add(name)
    }
    for (const child of Object.values(node)) visit(child)
  }
  visit(parseSync(sql))
  return columns.filter(
    ({ table, name, type }) => tables.has(table) && names.has(name) && !unindexable.has(type),
  )
}
