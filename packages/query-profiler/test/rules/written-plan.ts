import type { Plan, PlanNode } from '#src/plan/plan'

/** A node as the server would write it, that ran once for `ms` (and costs as much). */
export function node(
  type: string,
  ms: number,
  more: Record<string, unknown> = {},
  ...children: PlanNode[]
): PlanNode {
  return {
    'Node Type': type,
    'Plan Rows': 1,
    'Plan Width': 8,
    'Startup Cost': 0,
    'Total Cost': ms,
    'Actual Rows': 1,
    'Actual Loops': 1,
    'Actual Total Time': ms,
    ...more,
    ...(children.length > 0 && { Plans: children }),
  } as PlanNode
}

export const planOf = (root: PlanNode, more: Partial<Plan> = {}): Plan => ({
  Plan: root,
  analyzed: true,
  ...more,
})
