import type { DatabaseSession } from './database-session.js'
import type { PlannableQuery } from './plannable-query.js'

/** The keys of `EXPLAIN (FORMAT JSON)` that are read; expressions, which may hold values, are not kept. */
export interface CostNode {
  readonly 'Node Type': string
  readonly 'Total Cost': number
  readonly 'Startup Cost': number
  readonly 'Plan Rows': number
  readonly 'Plan Width': number
  readonly 'Relation Name'?: string
  readonly Schema?: string
  readonly Alias?: string
  readonly 'Index Name'?: string
  readonly 'Index Cond'?: string
  readonly Filter?: string
  readonly 'Join Type'?: string
  readonly 'Parent Relationship'?: string
  readonly 'Subplan Name'?: string
  readonly Plans?: readonly CostNode[]
}

/**
 * Plans without running: with placeholders for any values (`GENERIC_PLAN` from version 16 on, a forced generic plan
 * before), with values in the text for those.
 * @throws what the server says
 */
export async function planOf(
  session: DatabaseSession,
  version: number,
  query: Pick<PlannableQuery, 'sql' | 'parameters'>,
): Promise<CostNode> {
  if (query.parameters === 0) return explained(session, `explain (format json, verbose) ${query.sql}`)
  if (version >= 160_000)
    return explained(session, `explain (format json, verbose, generic_plan) ${query.sql}`)
  await session.query(`prepare voiceassist_advice as ${query.sql}`)
  try {
    await session.query('set plan_cache_mode = force_generic_plan')
    const nulls = Array.from({ length: query.parameters }, () => 'null').join(', ')
    return await explained(session, `explain (format json, verbose) execute voiceassist_advice (${nulls})`)
  } finally {
    await session.query('reset plan_cache_mode')
    await session.query('deallocate voiceassist_advice')
  }
}

async function explained(session: DatabaseSession, sql: string): Promise<CostNode> {
  const { rows } = await session.query<{ 'QUERY PLAN': { Plan: CostNode }[] | string }>(sql)
  const said = rows[0]?.['QUERY PLAN']
  const plans = (typeof said === 'string' ? JSON.parse(said) : said) as { Plan: CostNode }[]
  const plan = plans[0]?.Plan
  if (!plan) throw new Error('The server did not explain the statement')
  return plan
}

export function nodesOf(node: CostNode): CostNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)]
}

/**
 * Runs `work` on a session on which nothing can be written, nothing waits long for a lock, and planning ends after two
 * seconds; then puts its settings back.
 */
export async function carefully<T>(session: DatabaseSession, work: () => Promise<T>): Promise<T> {
  const settings = { default_transaction_read_only: 'on', statement_timeout: '2s', lock_timeout: '100ms' }
  const names = Object.keys(settings)
  const before = await session.query<Record<string, string>>(
    `select ${names.map(name => `current_setting('${name}') as ${name}`).join(', ')}`,
  )
  const set = async (values: Readonly<Record<string, string>>) => {
    for (const name of names) await session.query('select set_config($1, $2, false)', [name, values[name]])
  }
  await set(settings)
  try {
    return await work()
  } finally {
    await set(before.rows[0] ?? {})
  }
}
