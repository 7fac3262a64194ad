import type { CompiledQuery } from 'kysely'
import type pg from 'pg'

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Index Name'?: string
  readonly 'Total Cost': number
  readonly Plans?: readonly PlanNode[]
}

export interface Plan {
  /** Of every index that it reads. */
  readonly indexes: readonly string[]
  /** In the planner's units: 1 is a page read in order. */
  readonly cost: number
  /** Its nodes from the root down. */
  readonly nodes: readonly string[]
}

/** The plan for exactly these parameters. */
export async function explain(
  client: pg.ClientBase,
  { sql, parameters }: Pick<CompiledQuery, 'sql' | 'parameters'>,
): Promise<Plan> {
  const found = await client.query(`explain (format json) ${sql}`, [...parameters])
  const root = found.rows[0]['QUERY PLAN'][0].Plan as PlanNode
  const nodes = flatten(root)
  return {
    indexes: nodes.flatMap(node => node['Index Name'] ?? []),
    cost: root['Total Cost'],
    nodes: nodes.map(node => node['Node Type']),
  }
}

function flatten(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)]
}

/** Runs `work` in a transaction that is rolled back: it may drop indexes, change rows and settings. */
export async function rolledBack<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query('begin')
  try {
    return await work()
  } finally {
    await client.query('rollback')
  }
}
