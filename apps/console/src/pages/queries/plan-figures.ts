import type { PlanWalk, Visit } from '@voiceassist/query-profiler/plan-tree'
import { formatNumber } from '../../parts/format.js'

const conditions = [
  ...['Index Cond', 'Recheck Cond', 'Hash Cond', 'Merge Cond', 'Join Filter', 'Filter', 'One-Time Filter'],
  ...['Sort Key', 'Presorted Key', 'Group Key', 'Cache Key', 'Order By', 'Sort Method'],
]
/** From here on a wrong estimate leads to wrong plans. */
const offBy = 10

/** How a step finds, joins and sorts its rows. */
export function conditionsOf(node: object): [key: string, text: string][] {
  return conditions.flatMap(key => {
    const value: unknown = (node as Record<string, unknown>)[key]
    const text = Array.isArray(value) ? value.join(', ') : value
    return typeof text === 'string' && text !== '' ? [[key, text] as [string, string]] : []
  })
}

export function numberAt(node: object, key: string): number {
  const value: unknown = (node as Record<string, unknown>)[key]
  return typeof value === 'number' ? value : 0
}

/** Rows, beside those planned where it was run. */
export function rowsOf({ analyzed }: PlanWalk, visit: Visit): { text: string; estimate?: string } {
  if (!analyzed) return { text: `${formatNumber(Math.round(visit.rows))} rows planned` }
  if (visit.loops === 0) return { text: 'never run' }
  const planned = Math.max(1, numberAt(visit.node, 'Plan Rows') * visit.loops)
  const times = Math.max(1, visit.rows) / planned
  const text = `${formatNumber(visit.rows)} rows, ${formatNumber(planned)} planned`
  const dropped = visit.dropped > 0 ? `; ${formatNumber(visit.dropped)} read and dropped` : ''
  if (times >= offBy) return { text: text + dropped, estimate: `${formatNumber(times)} × more than planned` }
  if (times <= 1 / offBy && !visit.mayStopEarly)
    return { text: text + dropped, estimate: `${formatNumber(1 / times)} × fewer than planned` }
  return { text: text + dropped }
}
