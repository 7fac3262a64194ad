import { sqlParser } from '../fingerprint/sql-parser.js'

/** A parameter or constant of a statement, and what the statement does with it. */
export interface SqlInput {
  readonly role: 'equal' | 'range' | 'limit' | 'offset' | 'other'
  /** Names of the columns that it is compared with. */
  readonly columns: readonly string[]
  /** Of a parameter. */
  readonly number: number | undefined
  /** Of a constant, as the parser writes it. A value: to be compared and forgotten. */
  readonly constant: string | undefined
}

type Context = Pick<SqlInput, 'role' | 'columns'>
type Tree = { readonly [name: string]: unknown }

const nothing: Context = { role: 'other', columns: [] }

function textOf(node: unknown): string | undefined {
  return (node as { String?: { sval?: string } } | undefined)?.String?.sval
}

function columnsIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(columnsIn)
  if (node === null || typeof node !== 'object') return []
  return Object.entries(node).flatMap(([name, value]) => {
    if (name === 'SelectStmt') return []
    if (name !== 'ColumnRef') return columnsIn(value)
    const column = textOf((value as { fields?: unknown[] }).fields?.at(-1))
    return column === undefined ? [] : [column]
  })
}

function roleOf(expression: Tree): SqlInput['role'] {
  const operator = textOf((expression.name as unknown[] | undefined)?.at(-1)) ?? ''
  if (operator === '=') return 'equal'
  return ['<', '>', '<=', '>='].includes(operator) ? 'range' : 'other'
}

function collect(node: unknown, context: Context, into: SqlInput[]): void {
  if (Array.isArray(node)) for (const element of node) collect(element, context, into)
  if (node === null || typeof node !== 'object' || Array.isArray(node)) return
  for (const [name, value] of Object.entries(node as Tree)) {
    if (name === 'ParamRef') {
      into.push({ ...context, number: (value as { number?: number }).number ?? 0, constant: undefined })
    } else if (name === 'A_Const') {
      const { location: _, ...constant } = value as Tree
      into.push({ ...context, number: undefined, constant: JSON.stringify(constant) })
    } else if (name === 'A_Expr') {
      const expression = value as Tree
      const role = roleOf(expression)
      collect(expression.lexpr, { role, columns: columnsIn(expression.rexpr) }, into)
      collect(expression.rexpr, { role, columns: columnsIn(expression.lexpr) }, into)
    } else if (name === 'limitCount') collect(value, { role: 'limit', columns: [] }, into)
    else if (name === 'limitOffset') collect(value, { role: 'offset', columns: [] }, into)
    else if (name === 'SelectStmt') collect(value, nothing, into)
    else if (name !== 'typeName') collect(value, context, into)
  }
}

/** In the order of the statement's tree; empty for what the parser refuses. Slow: not for each call. */
export function sqlInputs(sql: string): readonly SqlInput[] {
  const inputs: SqlInput[] = []
  try {
    collect(sqlParser.parse(sql).stmts, nothing, inputs)
  } catch {
    return []
  }
  return inputs
}
