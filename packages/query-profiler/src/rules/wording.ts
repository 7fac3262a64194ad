import { textOf } from './plan-values.js'
import type { PlanWalk, Visit } from './plan-walk.js'

/** 1234567 as '1,234,567'. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

export function rowCount(value: number): string {
  return `${count(value)} ${Math.round(value) === 1 ? 'row' : 'rows'}`
}

/** Bytes as '12.3 MB'. */
export function megabytes(bytes: number): string {
  const value = bytes / 1024 ** 2
  return `${value < 10 ? value.toFixed(1) : count(value)} MB`
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

/** A time or a cost of this plan: '12.3 ms', or 'cost 1,234'. */
export function spent(walk: PlanWalk, amount: number): string {
  return walk.unit === 'ms' ? milliseconds(amount) : `cost ${count(amount)}`
}

export function milliseconds(value: number): string {
  return `${value < 100 ? value.toFixed(1) : count(value)} ms`
}

/** 'Seq Scan on orders', 'Index Scan on orders by orders_pkey', 'Sort'. */
export function nodeName({ node, type }: Visit): string {
  const relation = relationName(node)
  const index = textOf(node, 'Index Name')
  const cte = textOf(node, 'CTE Name')
  const of = relation || cte
  return `${type}${of ? ` on ${of}` : ''}${index ? ` by ${index}` : ''}`
}

/** A table's name as it is written in SQL, with its schema unless that is public. */
export function tableName(visit: Visit): string {
  const { table, node } = visit
  if (!table) return relationName(node)
  return table.schema === 'public'
    ? identifier(table.name)
    : `${identifier(table.schema)}.${identifier(table.name)}`
}

function relationName(node: object): string {
  const name = textOf(node, 'Relation Name')
  const schema = textOf(node, 'Schema')
  return name && schema && schema !== 'public'
    ? `${identifier(schema)}.${identifier(name)}`
    : identifier(name)
}

/** As SQL needs it: in quotes unless it is plain. */
export function identifier(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) || name === '' ? name : `"${name.replaceAll('"', '""')}"`
}
