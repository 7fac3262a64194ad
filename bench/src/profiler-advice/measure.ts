import type { ClientBase } from 'pg'
import { sayProgress } from '../common/say.js'
import { explain, type PlanNode } from './peers/what-if.js'
import { type QueryName, queryNames, queryText } from './tpch/queries.js'

export const timeLimitMs = 60_000
const executions = 3
export const insertedRows = 200_000

export interface QueryTime {
  readonly query: QueryName
  readonly draw: number
  readonly plan: PlanNode
  /** The best of three; null: over the limit of 60 s. */
  readonly ms: number | null
}

/** Every query with the literals of each draw. One that ran into the limit is not tried with other literals. */
export async function measureQueries(
  client: ClientBase,
  { draws, scale, title }: { readonly draws: number; readonly scale: number; readonly title: string },
): Promise<QueryTime[]> {
  const times: QueryTime[] = []
  await client.query(`set statement_timeout = ${timeLimitMs}`)
  for (const query of queryNames)
    for (let draw = 0; draw < draws; draw++) {
      sayProgress(`${title}: ${query}, literals ${draw + 1} of ${draws}`)
      const sql = queryText(query, draw, scale)
      const ms = await bestOf(executions, () => client.query(sql))
      times.push({ query, draw, plan: await explain(client, sql), ms })
      if (ms === null) break
    }
  await client.query('reset statement_timeout')
  sayProgress('')
  return times
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

/** What `measureInserts` inserts; outside of the schema that is advised upon. */
export async function prepareInserts(client: ClientBase): Promise<void> {
  await client.query(`create schema if not exists bench; drop table if exists bench.lines;
    create table bench.lines as select * from lineitem limit ${insertedRows};
    update bench.lines set l_orderkey = l_orderkey + 1000000000`)
  await client.query('vacuum analyze bench.lines')
}

/** Milliseconds that inserting 200,000 lines takes; they are rolled back, and what they leave is cleared by `clearInserts`. */
export async function measureInserts(client: ClientBase): Promise<number> {
  const best = await bestOf(executions, async () => {
    await client.query('begin; insert into lineitem select * from bench.lines')
    await client.query('rollback')
  })
  return best ?? Number.NaN
}

/** With the indexes of the set gone, so that it is quick. */
export async function clearInserts(client: ClientBase): Promise<void> {
  await client.query('vacuum lineitem')
}
