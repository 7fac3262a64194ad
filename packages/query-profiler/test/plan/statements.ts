import type { Statement } from '#src/fingerprint/statement'
import type { Plan, PlanNode } from '#src/plan/plan'
import { type ProfilerEvent, profilerChannel } from '#src/profiler-events'

export function statement(fingerprint: string, given: Partial<Statement> = {}): Statement {
  const shape = { list: undefined, valuesRows: 1 as const, isHousekeeping: false }
  return { fingerprint, sql: `select ${fingerprint}`, type: 'select', tables: [], shape, ...given }
}

export function planWith(node: Partial<PlanNode>): Plan {
  const costs = { 'Plan Rows': 1, 'Plan Width': 1, 'Startup Cost': 0, 'Total Cost': 1 }
  return { Plan: { 'Node Type': 'Seq Scan', ...costs, ...node }, analyzed: false }
}

/** What is published while `work` is done. */
export async function eventsOf(work: () => Promise<void> | void): Promise<ProfilerEvent[]> {
  const events: ProfilerEvent[] = []
  const listen = (event: unknown) => events.push(event as ProfilerEvent)
  profilerChannel.subscribe(listen)
  try {
    await work()
  } finally {
    profilerChannel.unsubscribe(listen)
  }
  return events
}
