import type { QueryPlans } from '@voiceassist/api-contract'
import { nodeName, type PlanWalk, type Visit } from '@voiceassist/query-profiler/plan-tree'

export type Finding = QueryPlans['items'][number]['findings'][number]

export interface PlacedFindings {
  readonly at: ReadonlyMap<Visit, readonly Finding[]>
  /** Of no step: the statement's. */
  readonly elsewhere: readonly Finding[]
}

/** A finding names its culprit first, by name; of several steps of a name it is put at the costliest. */
export function placeFindings({ visits }: PlanWalk, findings: readonly Finding[]): PlacedFindings {
  const at = new Map<Visit, Finding[]>()
  const elsewhere: Finding[] = []
  for (const finding of findings) {
    const [culprit] = visits
      .filter(visit => nodeName(visit) === finding.nodes[0])
      .sort((a, b) => b.selfShare - a.selfShare)
    if (culprit) at.set(culprit, [...(at.get(culprit) ?? []), finding])
    else elsewhere.push(finding)
  }
  return { at, elsewhere }
}
