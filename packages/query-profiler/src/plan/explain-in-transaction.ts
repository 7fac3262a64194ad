import { ProfilerError } from '../profiler-error.js'
import type { ExplainConnection, ExplainQuery } from './explain-connection.js'
import type { ExplainRefusal, GatePass } from './explain-gate.js'
import type { ExplainResult } from './explainer.js'
import {
  type FunctionFacts,
  type FunctionRule,
  functionFactsSql,
  hasVolatileOperatorsSql,
  judgeFunctions,
} from './judge-functions.js'
import { readPlan } from './read-plan.js'
import { functionsOfPlan } from './verbose-plan.js'

export interface ExplainTerms {
  /** Statements that follow `BEGIN READ ONLY`. */
  readonly settings: readonly string[]
  readonly searchPath: string | undefined
  readonly rule: Exclude<FunctionRule, 'run'>
  /** The caller removes prepared statements afterwards. */
  readonly mayPrepare: boolean
}

const needsValues: ExplainRefusal = {
  skipped: 'parameter types unknown',
  reason: 'A plan for any values needs PostgreSQL 16, or a connection of its own',
}

export interface GatedRequest {
  readonly pass: GatePass
  readonly values: readonly unknown[] | undefined
  readonly analyze: boolean
}

/**
 * Explains a statement in a read-only transaction, which is always rolled back.
 * @throws what `connection` throws, which may hold values of the query
 */
export async function explainInTransaction(
  connection: ExplainConnection,
  { pass, values, analyze }: GatedRequest,
  { settings, searchPath, rule, mayPrepare }: ExplainTerms,
): Promise<ExplainResult> {
  const ask = (text: string, given?: readonly unknown[]) =>
    connection.query({ text, queryMode: 'extended', ...(given && { values: [...given] }) })
  await ask('begin read only')
  try {
    for (const setting of settings) await ask(setting)
    const refusal = await judge(pass.functions, rule)
    if (refusal) return refusal
    if (searchPath !== undefined)
      await ask("select pg_catalog.set_config('search_path', $1, true)", [searchPath])
    const isGeneric = pass.parameters > 0 && (values?.length ?? 0) < pass.parameters
    if (isGeneric) {
      const json = await genericPlan()
      if ('skipped' in json) return json
      const plan = readPlan(json.json, { analyzed: false })
      return { plan, generic: true, ...(analyze && { notRun: 'The values of its parameters are not known' }) }
    }
    const harm = analyze ? await harmOfRunning() : undefined
    if (analyze && !harm) {
      const json = await planOf(query('format json, settings, analyze, timing off, buffers'))
      return { plan: readPlan(json, { analyzed: true }), generic: false }
    }
    const plan = readPlan(await planOf(query('format json, settings')), { analyzed: false })
    return { plan, generic: false, ...(harm && { notRun: harm.reason }) }
  } finally {
    await ask('rollback')
  }

  function query(options: string): ExplainQuery {
    const given = pass.parameters > 0 && values ? { values: [...values] } : {}
    return { text: `explain (${options}) ${pass.sql}`, queryMode: 'extended', ...given }
  }

  async function planOf(explain: ExplainQuery): Promise<unknown> {
    const { rows } = await connection.query(explain)
    const json = Object.values(rows[0] ?? {})[0]
    return typeof json === 'string' ? JSON.parse(json) : json
  }

  /** Before 16 by a prepared statement: with `NULL`s, by which the partitions to scan may look like none. */
  async function genericPlan(): Promise<{ json: unknown } | ExplainRefusal> {
    const { rows } = await ask("select pg_catalog.current_setting('server_version_num')::int as version")
    // There is no other protocol for it: the gate alone sees to it that this is one statement.
    if (Number(rows[0]?.version) >= 160000) {
      return { json: await planOf({ text: `explain (format json, settings, generic_plan) ${pass.sql}` }) }
    }
    if (!mayPrepare) return needsValues
    await ask('set local plan_cache_mode = force_generic_plan')
    await ask(`prepare voiceassist_profiler as ${pass.sql}`)
    const nulls = Array.from({ length: pass.parameters }, () => 'null').join()
    const execute = `execute voiceassist_profiler(${nulls})`
    return {
      json: await planOf({ text: `explain (format json, settings) ${execute}`, queryMode: 'extended' }),
    }
  }

  async function judge(calls: GatePass['functions'], by: FunctionRule): Promise<ExplainRefusal | undefined> {
    if (calls.length === 0) return undefined
    const { rows } = await ask(functionFactsSql, [[...new Set(calls.map(call => call.name))]])
    return judgeFunctions(calls, rows as unknown as FunctionFacts[], by)
  }

  async function harmOfRunning(): Promise<ExplainRefusal | undefined> {
    const calls = functionsOfPlan(await planOf(query('format json, verbose')))
    if ('skipped' in calls) return calls
    const refusal = await judge([...pass.functions, ...calls], 'run')
    if (refusal) return refusal
    const { rows } = await ask(hasVolatileOperatorsSql)
    const reason = 'The database has an operator or a cast by a volatile function'
    return rows[0]?.found === false ? undefined : { skipped: 'unsafe function', reason }
  }
}

const meanings: Readonly<Record<string, string>> = {
  '42501': 'the role may not read one of its tables',
  '42601': 'its syntax is not that of this version of PostgreSQL',
  '42703': 'one of its columns is not there',
  '42883': 'one of its functions or operators is not there, or not for these types',
  '42P01': 'one of its tables is not there, or not in the search path',
  '22P02': 'a constant in it is not of the type that its place asks for',
}

/**
 * What a server's error means for the one who asked; without its message, which may hold values. undefined: it is not
 * the server's, so that the connection is not to be trusted any more.
 */
export function refusalOf(error: unknown, parameters: number): ExplainRefusal | undefined {
  if (error instanceof ProfilerError) return { skipped: 'failed', reason: error.message }
  const state = (error as { code?: unknown } | undefined)?.code
  if (typeof state !== 'string' || !/^[0-9A-Z]{5}$/.test(state) || state.startsWith('57P')) return undefined
  if (state === '55P03')
    return { skipped: 'busy', reason: 'A lock on a table that it reads was not to be had' }
  if (state === '57014') return { skipped: 'failed', reason: 'The time-out of a statement ended it' }
  if (parameters > 0 && ['42P18', '42P08', '42725', '42601'].includes(state)) {
    return {
      skipped: 'parameter types unknown',
      reason: `The types of its parameters are not known (${state})`,
    }
  }
  const meaning = meanings[state]
  return {
    skipped: 'failed',
    reason: `The server refused it with SQLSTATE ${state}${meaning ? `: ${meaning}` : ''}`,
  }
}
