import { isDeepStrictEqual } from 'node:util'
import type { AuditEntry } from '../../audit/audit-actions.js'

type Facts = NonNullable<AuditEntry['details']>

/** Longest text of one fact; an audit row is for ever. */
const maxLength = 500
/** What somebody wrote for people: that it changed is told, not to what. */
const prose = new Set(['description'])
/** The database's own account of a change. */
const own = new Set(['revision'])

/** What differs between two forms of something, for its audit row: under `changed` the fields, then each as it was and is. */
export function changedFacts(before: object, after: object): Facts {
  const [was, is] = [before, after] as readonly [Record<string, unknown>, Record<string, unknown>]
  const changed = Object.keys(is).filter(
    field => !own.has(field) && !isDeepStrictEqual(was[field], is[field]),
  )
  const facts: [string, Facts[string]][] = [['changed', changed.join(' ')]]
  for (const field of changed)
    if (!prose.has(field)) facts.push([`${field}.old`, fact(was[field])], [`${field}.new`, fact(is[field])])
  return Object.fromEntries(facts)
}

/** A scalar as it is, anything else as JSON. */
export function fact(value: unknown): string | number | boolean | null {
  if (value === undefined || value === null || typeof value === 'boolean' || typeof value === 'number')
    return value ?? null
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length <= maxLength ? text : `${text.slice(0, maxLength)}…`
}
