import { sqlParser } from '../fingerprint/sql-parser.js'
import type { DatabaseSession } from './database-session.js'
import type { NamingContext } from './name-scope.js'
import { bodyOf, childrenOf, kindOf, lastNameOf, listOf, namesOf, type TreeBody } from './syntax-tree.js'

/** Where among the rows of a table the values of a placeholder are taken from; one execution each. */
const positions = [0.25, 0.5, 0.75]
const listLength = 5

/** Which column a placeholder is compared with, and how. */
export interface ParameterUse {
  readonly number: number
  readonly schema: string
  readonly table: string
  readonly column: string
  readonly role: 'equal' | 'above' | 'below' | 'from' | 'until' | 'list' | 'pattern'
}

/**
 * Values for the placeholders of a query, by the statistics of the columns that they are compared with. They are values of
 * rows: they stay in memory, and go nowhere but back to the database that they are from.
 * @returns undefined where a placeholder has none
 */
export async function typicalValues(
  session: DatabaseSession,
  query: { readonly sql: string; readonly parameters: number },
  context: NamingContext,
): Promise<unknown[][] | undefined> {
  if (query.parameters === 0) return [[]]
  const uses = parameterUses(query.sql, context)
  const sets = positions.map(() => [] as unknown[])
  for (let number = 1; number <= query.parameters; number++) {
    const use = uses.find(one => one.number === number)
    const spread = use && (await readSpread(session, use))
    if (!use || !spread) return undefined
    for (const [set, position] of positions.entries()) sets[set]?.push(valueFor(use, spread, position))
  }
  return sets
}

/** By the place of a row when the values are in the order in which statistics list them. */
type Spread = (position: number) => string

async function readSpread(session: DatabaseSession, use: ParameterUse): Promise<Spread | undefined> {
  const { rows } = await session.query<{ common: string[]; shares: number[]; bounds: string[] }>(
    `select to_jsonb(coalesce(most_common_vals::text::text[], '{}')) as common,
      to_jsonb(coalesce(most_common_freqs, '{}')) as shares,
      to_jsonb(coalesce(histogram_bounds::text::text[], '{}')) as bounds
    from pg_stats where schemaname = $1 and tablename = $2 and attname = $3 order by inherited desc limit 1`,
    [use.schema, use.table, use.column],
  )
  const [found] = rows
  if (!found || found.common.length + found.bounds.length === 0) return undefined
  const { common, shares, bounds } = found
  const isRange = use.role !== 'equal' && use.role !== 'list'
  const ofCommon = bounds.length === 0 ? 1 : isRange ? 0 : shares.reduce((sum, share) => sum + share, 0)
  return position => {
    if (position < ofCommon) {
      let left = position * (bounds.length === 0 ? shares.reduce((sum, share) => sum + share, 0) : 1)
      for (const [place, share] of shares.entries()) {
        left -= share
        if (left < 0) return common[place] ?? ''
      }
      return common[0] ?? ''
    }
    const within = (position - ofCommon) / Math.max(1 - ofCommon, 1e-9)
    return bounds[Math.round(within * (bounds.length - 1))] ?? ''
  }
}

function valueFor({ role }: ParameterUse, spread: Spread, position: number): unknown {
  switch (role) {
    case 'equal':
      return spread(position)
    case 'list':
      return Array.from({ length: listLength }, (_, place) => spread((position + place / listLength) % 1))
    case 'above':
      return spread(0.85 + position / 10)
    case 'below':
      return spread(0.05 + position / 10)
    case 'from':
      return spread(position)
    case 'until':
      return spread(Math.min(position + 0.05, 1))
    case 'pattern':
      return `${spread(position)
        .slice(0, 3)
        .replace(/[\\%_]/g, '\\$&')}%`
  }
}

const roles: Readonly<Record<string, ParameterUse['role']>> = {
  '=': 'equal',
  '<>': 'equal',
  '>': 'above',
  '>=': 'above',
  '<': 'below',
  '<=': 'below',
}
const mirrored: Readonly<Record<string, string>> = { '>': '<', '>=': '<=', '<': '>', '<=': '>=' }

export function parameterUses(sql: string, context: NamingContext): ParameterUse[] {
  const tables: { readonly alias: string; readonly name: string }[] = []
  const comparisons: TreeBody[] = []
  const open: unknown[] = [sqlParser.parse(sql)]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const range = bodyOf(node, 'RangeVar') ?? {}
    if (typeof range.relname === 'string') {
      const name = tableOf(range, context)
      const alias = String((range.alias as TreeBody | undefined)?.aliasname ?? range.relname)
      if (name !== undefined) tables.push({ alias, name })
    }
    const comparison = bodyOf(node, 'A_Expr')
    if (comparison) comparisons.push(comparison)
    open.push(...childrenOf(node))
  }
  return comparisons.flatMap(comparison => usesOf(comparison, reference => columnOf(reference)))

  function columnOf(reference: TreeBody) {
    const names = namesOf(reference.fields)
    const column = names.at(-1) ?? ''
    const alias = names.at(-2)
    const found = tables.find(
      table =>
        (alias === undefined || table.alias === alias) &&
        context.catalog.tables.get(table.name)?.columns.has(column),
    )
    const facts = found && context.catalog.tables.get(found.name)
    return facts && { schema: facts.schema, table: facts.name, column }
  }
}

type Column = Pick<ParameterUse, 'schema' | 'table' | 'column'>

function usesOf(comparison: TreeBody, columnOf: (reference: TreeBody) => Column | undefined): ParameterUse[] {
  const { kind, lexpr, rexpr } = comparison
  const name = lastNameOf(comparison.name)
  const left = operand(lexpr)
  const column = bodyOf(left, 'ColumnRef') ?? bodyOf(operand(rexpr), 'ColumnRef')
  const of = column && columnOf(column)
  if (!of) return []
  const isMirrored = bodyOf(left, 'ColumnRef') === undefined
  const items = kindOf(rexpr) === 'List' ? listOf(bodyOf(rexpr, 'List')?.items) : [isMirrored ? lexpr : rexpr]
  return items.flatMap((item, place) => {
    const parameter = bodyOf(operand(item), 'ParamRef')
    const role = roleOf(String(kind), isMirrored ? (mirrored[name] ?? name) : name, place)
    return parameter && role ? [{ number: Number(parameter.number), role, ...of }] : []
  })
}

function roleOf(kind: string, name: string, place: number): ParameterUse['role'] | undefined {
  if (kind === 'AEXPR_OP_ANY') return 'list'
  if (kind === 'AEXPR_BETWEEN') return place === 0 ? 'from' : 'until'
  if (kind === 'AEXPR_LIKE' || kind === 'AEXPR_ILIKE') return 'pattern'
  return roles[name]
}

/** What stands within casts and calls such as `lower(…)`. */
function operand(node: unknown): unknown {
  const cast = bodyOf(node, 'TypeCast')
  if (cast) return operand(cast.arg)
  const call = bodyOf(node, 'FuncCall')
  return call ? operand(listOf(call.args)[0]) : node
}

function tableOf(range: TreeBody, { catalog, searchPath }: NamingContext): string | undefined {
  const schemas = typeof range.schemaname === 'string' ? [range.schemaname] : searchPath
  return schemas.map(schema => `${schema}.${range.relname}`).find(name => catalog.tables.has(name))
}
