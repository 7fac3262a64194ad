import type { CatalogFacts } from './catalog-facts.js'
import type { NameScope } from './name-scope.js'
import { bodyOf, kindOf, lastNameOf, listOf, type TreeNode } from './syntax-tree.js'
import type { TableUse } from './table-use.js'

/** A column, or an expression over one table's columns and constants, as a key of an index is written. */
export interface IndexKeyText {
  readonly use: TableUse
  readonly key: string
  readonly columns: readonly string[]
  readonly isExpression: boolean
}

/** Quoted where PostgreSQL would need it. */
export function quoteName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !reserved.has(name) ? name : `"${name.replaceAll('"', '""')}"`
}

const reserved = new Set(
  `all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column
  concurrently constraint create cross current_catalog current_date current_role current_schema current_time
  current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from full
  grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime
  localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references returning right
  select session_user similar some symmetric system_user table tablesample then to trailing true union unique user using
  variadic verbose when where window with between bigint bit boolean char character coalesce dec decimal exists extract float
  greatest grouping inout int integer interval least national nchar none normalize nullif numeric out overlay position
  precision real row setof smallint substring time timestamp treat trim values varchar xmlattributes`.split(
    /\s+/,
  ),
)

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Undefined for what is no key: of no table or of two, with a placeholder, or of a form that is not written back. */
export function indexKeyOf(
  node: TreeNode,
  scope: NameScope,
  catalog: CatalogFacts,
): IndexKeyText | undefined {
  const parts: Parts = { scope, catalog, use: undefined, columns: new Set(), isMixed: false }
  const text = write(node, parts)
  if (text === undefined || !parts.use || parts.isMixed) return undefined
  const isExpression = kindOf(node) !== 'ColumnRef' && !isRelabel(node, parts)
  const isCall = kindOf(node) === 'FuncCall'
  return {
    use: parts.use,
    key: isExpression && !isCall ? `(${text})` : text,
    columns: [...parts.columns],
    isExpression,
  }
}

interface Parts {
  readonly scope: NameScope
  readonly catalog: CatalogFacts
  use: TableUse | undefined
  readonly columns: Set<string>
  isMixed: boolean
}

function write(node: TreeNode, parts: Parts): string | undefined {
  const reference = bodyOf(node, 'ColumnRef')
  if (reference) {
    const found = parts.scope.resolve(reference)
    if (!found) return undefined
    if (parts.use && parts.use !== found.use) parts.isMixed = true
    parts.use = found.use
    parts.columns.add(found.column)
    return quoteName(found.column)
  }
  const literal = bodyOf(node, 'A_Const')
  if (literal) return literalOf(literal)
  const cast = bodyOf(node, 'TypeCast')
  if (cast) {
    const inner = write(cast.arg as TreeNode, parts)
    const type = typeNameOf(cast.typeName)
    if (inner === undefined || type === undefined) return undefined
    return isRelabel(node, parts) ? inner : `(${inner})::${type}`
  }
  const call = bodyOf(node, 'FuncCall')
  if (call) {
    const args = listOf(call.args).map(arg => write(arg, parts))
    const isPlain = !call.agg_star && !call.agg_distinct && !call.over && !call.agg_filter && args.length > 0
    return isPlain && args.every(arg => arg !== undefined)
      ? `${quoteName(lastNameOf(call.funcname))}(${args.join(', ')})`
      : undefined
  }
  const operation = bodyOf(node, 'A_Expr')
  const operator = lastNameOf(operation?.name)
  if (operation?.kind === 'AEXPR_OP' && operation.lexpr && indexable.has(operator)) {
    const left = write(operation.lexpr as TreeNode, parts)
    const right = write(operation.rexpr as TreeNode, parts)
    return left === undefined || right === undefined ? undefined : `(${left} ${operator} ${right})`
  }
  return undefined
}

const indexable = new Set(['->', '->>', '#>', '#>>', '+', '-', '*', '/', '%', '||'])

/** A cast of text to text costs nothing, and an index on the column serves it. */
function isRelabel(node: TreeNode, parts: Parts): boolean {
  const cast = bodyOf(node, 'TypeCast')
  const column = bodyOf(cast?.arg, 'ColumnRef')
  const found = column && parts.scope.resolve(column)
  const type = found && parts.catalog.tables.get(found.use.table)?.columns.get(found.column)?.type
  return (
    !!type &&
    /^(text|character varying)/.test(type) &&
    ['text', 'varchar'].includes(typeNameOf(cast?.typeName) ?? '')
  )
}

function typeNameOf(typeName: unknown): string | undefined {
  const body = typeName as TreeNode | undefined
  const name = lastNameOf(body?.names)
  const isPlain = name !== '' && !body?.arrayBounds && listOf(body?.typmods).length === 0
  return isPlain ? quoteType(name) : undefined
}

/** `quoteName` would quote `interval`. */
function quoteType(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : quoteName(name)
}

/** NULL is none: nothing is equal to it. */
export function literalOf(literal: TreeNode): string | undefined {
  if (literal.isnull) return undefined
  if ('ival' in literal) return String((literal.ival as { ival?: number }).ival ?? 0)
  if ('fval' in literal) return String((literal.fval as { fval?: string }).fval ?? '')
  if ('boolval' in literal) return String((literal.boolval as { boolval?: boolean }).boolval ?? false)
  if ('sval' in literal) return quoteText((literal.sval as { sval?: string }).sval ?? '')
  return undefined
}
