import type { ClientBase } from 'pg'
import { sayProgress } from '../common/say.js'
import { type BuiltSet, buildSet, dropSets, type IndexSet } from './index-set.js'
import {
  type MeasureOptions,
  measureInserts,
  measureQueries,
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

const insertRounds = 2

/** Builds all sets for real, measures with each alone, and drops them. */
export async function compareSets(
  client: ClientBase,
  sets: readonly IndexSet[],
  options: MeasureOptions,
): Promise<SetResult[]> {
  const built: BuiltSet[] = []
  try {
    for (const set of sets) {
      sayProgress(`building the ${set.ddl.length} indexes of ${set.name}`)
      built.push(await buildSet(client, set))
    }
    const times = await measureQueries(client, built, options)
    const inserts = await measureInserts(client, built, insertRounds)
    const shared = sharedByPlan(times)
    return built.map(set => ({ ...set, times: shared.get(set) ?? [], inserts: inserts.get(set) ?? [] }))
  } finally {
    await dropSets(client, built)
    // What the inserts left, once there are few indexes to look through.
    await client.query('vacuum lineitem')
  }
}

/** The same plan does the same work: what differs between sets that share one is noise, so each gets the best of them. */
export function sharedByPlan<Set>(
  times: ReadonlyMap<Set, readonly QueryTime[]>,
): ReadonlyMap<Set, readonly QueryTime[]> {
  const keyOf = ({ query, draw, plan }: QueryTime) => `${query} ${draw} ${JSON.stringify(plan)}`
  const best = new Map<string, number>()
  for (const time of [...times.values()].flat())
    if (time.ms !== null)
      best.set(keyOf(time), Math.min(time.ms, best.get(keyOf(time)) ?? Number.POSITIVE_INFINITY))
  return new Map(
    [...times].map(([set, own]) => [
      set,
      own.map(time => ({ ...time, ms: time.ms === null ? null : (best.get(keyOf(time)) ?? time.ms) })),
    ]),
  )
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
