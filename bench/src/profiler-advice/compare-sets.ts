import type { ClientBase } from 'pg'
import { say, sayProgress } from '../common/say.js'
import { buildSet, type IndexSet } from './index-set.js'
import {
  clearInserts,
  measureInserts,
  measureQueries,
  prepareInserts,
  type QueryTime,
  timeLimitMs,
} from './measure.js'
import { type QueryName, queryNames } from './tpch/queries.js'

/** What a set of indexes was measured to do. */
export interface SetResult {
  readonly name: string
  readonly ddl: readonly string[]
  readonly bytes: number
  readonly redundant: readonly string[]
  /** Of every round. */
  readonly times: readonly QueryTime[]
  /** Milliseconds of each round. */
  readonly inserts: readonly number[]
}

/** Builds each set for real, measures, drops it; every other round in the opposite order. */
export async function compareSets(
  client: ClientBase,
  sets: readonly IndexSet[],
  options: { readonly rounds: number; readonly draws: number; readonly scale: number },
): Promise<SetResult[]> {
  await prepareInserts(client)
  const results = new Map<IndexSet, SetResult>()
  for (let round = 0; round < options.rounds; round++)
    for (const set of round % 2 === 0 ? sets : [...sets].reverse()) {
      const title = `round ${round + 1}, ${set.name}`
      sayProgress(`${title}: building ${set.ddl.length} indexes`)
      const built = await buildSet(client, set)
      const times = await measureQueries(client, { ...options, title })
      const inserts = await measureInserts(client)
      await built.drop()
      await clearInserts(client)
      const before = results.get(set)
      results.set(set, {
        ...set,
        bytes: built.bytes,
        redundant: built.redundant,
        times: [...(before?.times ?? []), ...times],
        inserts: [...(before?.inserts ?? []), inserts],
      })
      say(`${title}: ${(total(times) / 1000).toFixed(1)} s`)
    }
  await client.query('drop schema bench cascade')
  return sets.map(set => results.get(set)!)
}

/** Milliseconds of a query: its best, summed over the literals; null: over the limit. */
export function timeOf(times: readonly QueryTime[], query: QueryName): number | null {
  const best = new Map<number, number>()
  for (const time of times) {
    if (time.query !== query) continue
    if (time.ms === null) return null
    best.set(time.draw, Math.min(time.ms, best.get(time.draw) ?? Number.POSITIVE_INFINITY))
  }
  return [...best.values()].reduce((sum, ms) => sum + ms, 0)
}

/** Of all queries; one over the limit counts as the limit, so that the total is a lower bound. */
export function total(times: readonly QueryTime[], names: readonly QueryName[] = queryNames): number {
  return names.reduce((sum, name) => sum + (timeOf(times, name) ?? timeLimitMs), 0)
}

export interface Regression {
  readonly query: QueryName
  /** Time with the set, of the time without. */
  readonly ratio: number
}

/** The query that a set slows down most, or speeds up least. */
export function worstRegression(base: SetResult, set: SetResult): Regression {
  const ratios = queryNames.map(query => {
    const [before, after] = [timeOf(base.times, query), timeOf(set.times, query)]
    if (before === null) return { query, ratio: after === null ? 1 : 0 }
    return { query, ratio: after === null ? Number.POSITIVE_INFINITY : after / before }
  })
  return ratios.reduce((worst, next) => (next.ratio > worst.ratio ? next : worst))
}
