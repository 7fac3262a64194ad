import type { PlanNode } from '../plan/plan.js'

/** A number of a node; 0 when it is absent. */
export function numberOf(node: object, key: string): number {
  const value: unknown = (node as Record<string, unknown>)[key]
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}

/** A text of a node; empty when it is absent. */
export function textOf(node: object, key: string): string {
  const value: unknown = (node as Record<string, unknown>)[key]
  return typeof value === 'string' ? value : ''
}

export function textsOf(node: PlanNode, key: string): readonly string[] {
  const value: unknown = node[key]
  return Array.isArray(value) ? value.filter(each => typeof each === 'string') : []
}

/** A node's own numbers and those that its parallel workers report beside it. */
export function withWorkers(node: PlanNode): readonly object[] {
  const workers: unknown = node.Workers
  return [node, ...(Array.isArray(workers) ? workers.filter(each => typeof each === 'object' && each) : [])]
}

/** Over a node and its workers. */
export function sumOf(node: PlanNode, key: string): number {
  return withWorkers(node).reduce((sum, each) => sum + numberOf(each, key), 0)
}
