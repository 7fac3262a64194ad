import type { ClientBase } from 'pg'
import { allColumns, existingIndexes, type Hypothetical, sameIndex, WhatIf } from './what-if.js'

const types = new Set([
  ...['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision', 'boolean', 'uuid', 'date'],
  ...['text', 'character varying', 'character', 'timestamp without time zone', 'timestamp with time zone'],
  ...['time without time zone', 'time with time zone'],
])

/**
 * What index_advisor advises, written from its description: every column of a scalar type that has no index of its own
 * gets a hypothetical one, and what the plan of a query then uses is taken; the union over the queries.
 */
export async function indexAdvisor(client: ClientBase, queries: readonly string[]): Promise<Hypothetical[]> {
  const existing = await existingIndexes(client)
  const candidates = (await allColumns(client))
    .filter(({ type }) => types.has(type))
    .map(({ table, name }): Hypothetical => ({ table, columns: [name] }))
    .filter(index => !existing.some(real => sameIndex(real, index)))
  const whatIf = new WhatIf(client)
  const union: Hypothetical[] = []
  try {
    await whatIf.create(candidates)
    for (const sql of queries)
      for (const index of (await whatIf.estimate(sql)).used)
        if (!union.some(other => sameIndex(other, index))) union.push(index)
  } finally {
    await whatIf.reset()
  }
  return union
}
