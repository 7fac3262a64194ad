import type { CalledFunction, ExplainRefusal } from './explain-gate.js'

/** A function as the server's catalog has it; one for each of several of the same name. */
export interface FunctionFacts {
  readonly schema: string
  readonly name: string
  /** Immutable, stable or volatile. */
  readonly volatility: 'i' | 's' | 'v'
  /** PostgreSQL's own, or of an extension; not written for this database. */
  readonly isShipped: boolean
}

/** `$1`: names. */
export const functionFactsSql = `
  select n.nspname as schema, p.proname as name, p.provolatile as volatility,
    n.nspname in ('pg_catalog', 'information_schema') or exists (
      select from pg_catalog.pg_depend d
      where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objid = p.oid and d.deptype = 'e'
    ) as "isShipped"
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where p.proname = any($1)`

/** Operators and casts of this database whose function is volatile: a plan does not show that they are called. */
export const hasVolatileOperatorsSql = `
  select exists (
    select from pg_catalog.pg_proc p
    where p.provolatile = 'v' and (
      p.oid in (select o.oprcode from pg_catalog.pg_operator o where o.oid >= 16384)
      or p.oid in (select c.castfunc from pg_catalog.pg_cast c where c.oid >= 16384))
  ) as found`

/**
 * - `'plan'`: the planner runs stable and immutable functions whose arguments it knows. PostgreSQL's own do no harm;
 *   one that was written for this database is refused, unless a column is among its arguments.
 * - `'plan without time-out'`: refused even then.
 * - `'run'`: every function must be stable or immutable, and PostgreSQL's own or an extension's.
 */
export type FunctionRule = 'plan' | 'plan without time-out' | 'run'

/** Whether calling these would do harm; a name stands for all functions that it may mean. */
export function judgeFunctions(
  calls: readonly CalledFunction[],
  facts: readonly FunctionFacts[],
  rule: FunctionRule,
): ExplainRefusal | undefined {
  for (const call of calls) {
    const meant = facts.filter(
      fact => fact.name === call.name && (call.schema === undefined || fact.schema === call.schema),
    )
    for (const fact of meant) {
      if (rule === 'run') {
        if (fact.volatility === 'v') return refusal(fact, 'is volatile')
        if (!fact.isShipped) return refusal(fact, "is this database's own")
      } else if (!fact.isShipped && fact.volatility !== 'v') {
        if (rule === 'plan without time-out' || !call.takesColumn)
          return refusal(fact, 'would run while it is planned')
      }
    }
  }
  return undefined
}

function refusal({ schema, name }: FunctionFacts, why: string): ExplainRefusal {
  return { skipped: 'unsafe function', reason: `Function ${schema}.${name} ${why}` }
}
