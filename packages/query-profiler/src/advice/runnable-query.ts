import { type CalledFunction, type GatePass, passGate } from '../plan/explain-gate.js'
import {
  type FunctionFacts,
  functionFactsSql,
  hasVolatileOperatorsSql,
  judgeFunctions,
} from '../plan/judge-functions.js'
import { functionsOfPlan } from '../plan/verbose-plan.js'
import type { WorkloadQuery } from './advice.js'
import type { DatabaseSession } from './database-session.js'
import type { NamingContext } from './name-scope.js'
import { plannableQuery } from './plannable-query.js'
import { inReadOnlySavepoint, inRolledBack } from './scratch-transaction.js'
import { typicalValues } from './typical-values.js'

/** A query of the workload as a SELECT that may be run, with values for its placeholders. */
export interface RunnableQuery {
  readonly of: WorkloadQuery
  readonly sql: string
  /** One execution each; without placeholders one empty list. Never to be shown. */
  readonly values: readonly (readonly unknown[])[]
  /** 'schema.table'. */
  readonly tables: ReadonlySet<string>
}

/** @returns why a query is not to be run, for a person, without values */
export async function runnableQuery(
  scratch: DatabaseSession,
  query: WorkloadQuery,
  context: NamingContext,
): Promise<RunnableQuery | NotRunnable> {
  const read = plannableQuery(query, context)
  if ('reason' in read) return read
  const pass = passGate(read.sql)
  if ('skipped' in pass) return pass
  const tables = new Set(read.columns.uses.map(use => use.table))
  try {
    return await inRolledBack(scratch, async () => {
      const { sql } = pass
      const values = await typicalValues(scratch, { sql, parameters: read.parameters }, context)
      if (!values) return noValues
      return (await harmOf(scratch, pass, values[0] ?? [])) ?? { of: query, sql, values, tables }
    })
  } catch (error) {
    return { reason: `The copy does not plan it (${stateOf(error)})` }
  }
}

export interface NotRunnable {
  readonly reason: string
}

const noValues: NotRunnable = {
  reason: 'A placeholder has no typical value: its column is not known, or not analysed',
}

/** Functions that the text names are judged before the planner may run them, those of views after. */
async function harmOf(
  scratch: DatabaseSession,
  { sql, functions }: GatePass,
  values: readonly unknown[],
): Promise<NotRunnable | undefined> {
  const refusal = await judged(scratch, functions)
  if (refusal) return refusal
  const { rows: plan } = await inReadOnlySavepoint(scratch, () =>
    scratch.query(`explain (format json, verbose) ${sql}`, values),
  )
  const calls = functionsOfPlan(plan)
  if ('skipped' in calls) return calls
  const hidden = await judged(scratch, calls)
  if (hidden) return hidden
  const { rows } = await scratch.query<{ found: boolean }>(hasVolatileOperatorsSql)
  return rows[0]?.found === false
    ? undefined
    : { reason: 'The database has an operator or a cast by a volatile function' }
}

async function judged(scratch: DatabaseSession, calls: readonly CalledFunction[]) {
  if (calls.length === 0) return undefined
  const names = [...new Set(calls.map(call => call.name))]
  const { rows } = await scratch.query(functionFactsSql, [names])
  return judgeFunctions(calls, rows as unknown as FunctionFacts[], 'run')
}

/** What a server says about a query may hold values; its SQLSTATE does not. @throws the error that is not a server's */
export function stateOf(error: unknown): string {
  const state = (error as { code?: unknown } | undefined)?.code
  if (typeof state !== 'string' || !/^[0-9A-Z]{5}$/.test(state) || state.startsWith('57P')) throw error
  return `SQLSTATE ${state}`
}
