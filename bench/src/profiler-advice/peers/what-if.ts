import type { ClientBase } from 'pg'

/** Hypothetical indexes of HypoPG, as the peers use them. */
export interface Hypothetical {
  readonly table: string
  readonly columns: readonly string[]
}

export interface Estimate {
  readonly cost: number
  /** Those of the hypothetical indexes that the plan uses. */
  readonly used: readonly Hypothetical[]
}

export class WhatIf {
  readonly #client: ClientBase
  readonly #byName = new Map<string, Hypothetical>()

  constructor(client: ClientBase) {
    this.#client = client
  }

  async create(indexes: readonly Hypothetical[]): Promise<void> {
    for (const index of indexes) {
      const { rows } = await this.#client.query('select indexname as name from hypopg_create_index($1)', [
        ddl(index),
      ])
      this.#byName.set(rows[0].name, index)
    }
  }

  async reset(): Promise<void> {
    await this.#client.query('select hypopg_reset()')
    this.#byName.clear()
  }

  /** Placeholders are planned without values. */
  async estimate(sql: string): Promise<Estimate> {
    const plan = await explain(this.#client, sql)
    const names = new Set<string>()
    walk(plan, node => {
      if (node['Index Name']) names.add(node['Index Name'])
    })
    const used = [...names].flatMap(name => this.#byName.get(name) ?? [])
    return { cost: plan['Total Cost'], used }
  }
}

export interface PlanNode {
  readonly 'Node Type': string
  readonly 'Total Cost': number
  readonly 'Plan Rows': number
  readonly 'Plan Width': number
  readonly 'Index Name'?: string
  readonly Plans?: readonly PlanNode[]
}

export async function explain(client: ClientBase, sql: string): Promise<PlanNode> {
  const generic = /\$\d/.test(sql) ? ', generic_plan' : ''
  const { rows } = await client.query(`explain (format json${generic}) ${sql}`)
  return rows[0]['QUERY PLAN'][0].Plan
}

export function walk(node: PlanNode, visit: (node: PlanNode) => void): void {
  visit(node)
  for (const child of node.Plans ?? []) walk(child, visit)
}

export function ddl({ table, columns }: Hypothetical): string {
  return `create index on ${table} (${columns.join(', ')})`
}

export const sameIndex = (a: Hypothetical, b: Hypothetical) =>
  a.table === b.table && a.columns.join() === b.columns.join()

export interface Column {
  readonly table: string
  readonly name: string
  readonly type: string
}

/** Of all ordinary tables of the schema `public`. */
export async function allColumns(client: ClientBase): Promise<Column[]> {
  const { rows } = await client.query<Column>(`
    select c.relname as table, a.attname as name, format_type(a.atttypid, null) as type
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
    order by 1, a.attnum`)
  return rows
}

/** Key columns of the plain B-trees that exist. */
export async function existingIndexes(client: ClientBase): Promise<Hypothetical[]> {
  const { rows } = await client.query<Hypothetical>(`
    select c.relname as table, array_agg(a.attname::text order by k.position) as columns
    from pg_index i join pg_class c on c.oid = i.indrelid join pg_class x on x.oid = i.indexrelid
      join pg_am m on m.oid = x.relam
      cross join lateral unnest(i.indkey::int2[]) with ordinality k (number, position)
      join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number
    where c.relnamespace = 'public'::regnamespace and m.amname = 'btree' and i.indpred is null and i.indexprs is null
    group by i.indexrelid, c.relname`)
  return rows
}
