import type { ClientBase } from 'pg'
import { sayProgress } from '../common/say.js'
import { type BuiltSet, withOnly } from './index-set.js'
import { explain, type PlanNode } from './peers/what-if.js'
import { type QueryName, queryNames, queryText } from './tpch/queries.js'

export const timeLimitMs = 60_000
const executions = 3
const insertedRows = 200_000

export interface QueryTime {
  readonly query: QueryName
  readonly draw: number
  readonly plan: PlanNode
  /** The best of three; null: over the limit of 60 s. */
  readonly ms: number | null
}

export interface MeasureOptions {
  readonly rounds: number
  readonly draws: number
  readonly scale: number
}

/**
 * Every query with the literals of each draw, with the indexes of one set after the other, every other round in the
 * opposite order, so that what else the machine does meets all sets alike. What ran into the limit once is not tried again.
 */
export async function measureQueries(
  client: ClientBase,
  sets: readonly BuiltSet[],
  { rounds, draws, scale }: MeasureOptions,
): Promise<Map<BuiltSet, QueryTime[]>> {
  const times = new Map(sets.map(set => [set, [] as QueryTime[]]))
  for (const query of queryNames)
    for (let draw = 0; draw < draws; draw++)
      for (let round = 0; round < rounds; round++)
        for (const set of round % 2 === 0 ? sets : [...sets].reverse()) {
          const own = times.get(set) ?? []
          if (own.some(time => time.query === query && time.ms === null)) continue
          sayProgress(`${query}, literals ${draw + 1} of ${draws}, round ${round + 1}: ${set.name}`)
          own.push(
            await withOnly(client, set, sets, () =>
              timeQuery(client, query, draw, queryText(query, draw, scale)),
            ),
          )
        }
  sayProgress('')
  return times
}

async function timeQuery(
  client: ClientBase,
  query: QueryName,
  draw: number,
  sql: string,
): Promise<QueryTime> {
  const plan = await explain(client, sql)
  await client.query(`set local statement_timeout = ${timeLimitMs}`)
  return { query, draw, plan, ms: await bestOf(executions, () => client.query(sql)) }
}

async function bestOf(times: number, work: () => Promise<unknown>): Promise<number | null> {
  let best = Number.POSITIVE_INFINITY
  for (let time = 0; time < times; time++) {
    const startedAt = performance.now()
    try {
      await work()
    } catch (error) {
      if ((error as { code?: string }).code === '57014') return null
      throw error
    }
    best = Math.min(best, performance.now() - startedAt)
  }
  return best
}

/** Milliseconds that inserting 200,000 lines takes with each set, which are rolled back. */
export async function measureInserts(
  client: ClientBase,
  sets: readonly BuiltSet[],
  rounds: number,
): Promise<Map<BuiltSet, number[]>> {
  // Outside of the schema that is advised upon.
  await client.query(`create schema if not exists bench; drop table if exists bench.lines;
    create table bench.lines as select * from lineitem limit ${insertedRows};
    update bench.lines set l_orderkey = l_orderkey + 1000000000`)
  const times = new Map(sets.map(set => [set, [] as number[]]))
  for (let round = 0; round < rounds; round++)
    for (const set of round % 2 === 0 ? sets : [...sets].reverse()) {
      sayProgress(`${insertedRows} lines, round ${round + 1}: ${set.name}`)
      const insert = () => bestOf(1, () => client.query('insert into lineitem select * from bench.lines'))
      times.get(set)?.push((await withOnly(client, set, sets, insert)) ?? Number.NaN)
    }
  await client.query('drop schema bench cascade')
  sayProgress('')
  return times
}
