import { sqlParser } from '../fingerprint/sql-parser.js'
import type { ExplainSkip } from './explainer.js'
import { type CastBefore, movedCasts } from './moved-casts.js'

/** A function that a statement calls. */
export interface CalledFunction {
  /** Absent: found by the search path. */
  readonly schema: string | undefined
  readonly name: string
  /** A column is in the call, so that it cannot be worked out before the statement runs. */
  readonly takesColumn: boolean
}

export interface GatePass {
  /** To be sent: the text, with `interval $1` written as `$1::interval`. */
  readonly sql: string
  readonly functions: readonly CalledFunction[]
  /** The highest `$n`; 0: none. */
  readonly parameters: number
}

export interface ExplainRefusal {
  readonly skipped: ExplainSkip
  /** For a person; no values. */
  readonly reason: string
}

/** Characters. */
const maxTextLength = 100_000

/**
 * Whether a text may be explained unasked: one `SELECT` that stores nothing, locks no rows and has no `WITH` that
 * writes. Judged by PostgreSQL's own parser, with `standard_conforming_strings`, which whoever sends the text has to
 * set. Which functions are safe depends on the server: see `judgeFunctions`. Never throws.
 */
export function passGate(text: string): GatePass | ExplainRefusal {
  const found = inspect(text)
  if ('skipped' in found) return found
  const { castsBefore, ...facts } = found
  if (castsBefore.length === 0) return { sql: text, ...facts }
  // What is sent is what was judged.
  const sql = movedCasts(text, castsBefore)
  const again = sql === undefined ? typesUnknown : inspect(sql)
  if (sql === undefined || 'skipped' in again || again.castsBefore.length > 0) return typesUnknown
  return { sql, ...facts }
}

const refuse = (skipped: ExplainSkip, reason: string): ExplainRefusal => ({ skipped, reason })
const notSelect = refuse('not a select', 'Only a SELECT is explained unasked')
const writes = refuse('not a select', 'A part of the statement writes or defines')
const stores = refuse('not a select', 'SELECT … INTO creates a table')
const locks = refuse('locks rows', 'The statement locks rows (FOR UPDATE or FOR SHARE)')
const unparsed = refuse('not parsed', 'The text is not a statement of PostgreSQL')
const unfit = refuse('not parsed', `The text is over ${maxTextLength} characters long, or has a NUL in it`)
const typesUnknown = refuse('parameter types unknown', 'A parameter stands behind a type with a modifier')

type Tree = Readonly<Record<string, unknown>>

interface Found {
  readonly functions: Call[]
  parameters: number
  readonly castsBefore: CastBefore[]
}

interface Call extends CalledFunction {
  takesColumn: boolean
}

function inspect(text: string): Found | ExplainRefusal {
  // The parser's text ends at a NUL; what stands behind it would be sent unseen.
  if (text.length > maxTextLength || text.includes('\0')) return unfit
  const statements = parse(text)
  if (statements.length === 0) return unparsed
  if (statements.length > 1) {
    return refuse('several statements', `The text holds ${statements.length} statements`)
  }
  const [statement] = statements
  return isTree(statement) && isTree(statement.SelectStmt) ? walk(statement) : notSelect
}

function parse(text: string): readonly unknown[] {
  try {
    const { stmts = [] } = sqlParser.parse(text) as { stmts?: { stmt?: unknown }[] }
    return stmts.map(({ stmt }) => stmt)
  } catch {
    return []
  }
}

/** Looks at every node. Without recursion, since a tree may be deeper than the stack. */
function walk(root: Tree): Found | ExplainRefusal {
  const found: Found = { functions: [], parameters: 0, castsBefore: [] }
  const parents = new Map<Call, Call | undefined>()
  const open: [node: unknown, within: Call | undefined][] = [[root, undefined]]
  for (let next = open.pop(); next; next = open.pop()) {
    const [node, within] = next
    if (Array.isArray(node)) for (const item of node) open.push([item, within])
    if (!isTree(node)) continue
    for (const [key, value] of Object.entries(node)) {
      if (key === 'intoClause') return stores
      if (key === 'lockingClause') return locks
      if (/^[A-Z]\w*Stmt$/.test(key) && key !== 'SelectStmt') return writes
      let inside = within
      if (key === 'FuncCall' && isTree(value)) {
        inside = callOf(value)
        parents.set(inside, within)
        found.functions.push(inside)
      } else if (key === 'ColumnRef') {
        for (let call = within; call && !call.takesColumn; call = parents.get(call)) call.takesColumn = true
      } else if (key === 'ParamRef' && isTree(value)) {
        found.parameters = Math.max(found.parameters, numberOf(value.number))
      } else if (key === 'TypeCast' && isTree(value)) {
        found.castsBefore.push(...castBefore(value))
      }
      open.push([value, inside])
    }
  }
  return found
}

function callOf(call: Tree): Call {
  const parts = (Array.isArray(call.funcname) ? call.funcname : []) as { String?: { sval?: string } }[]
  const names = parts.map(part => part.String?.sval ?? '')
  return { schema: names.at(-2), name: names.at(-1) ?? '', takesColumn: false }
}

/** The parser takes `interval $1`, which pg_stat_statements makes of `interval '1 day'`; a server does not. */
function castBefore(cast: Tree): CastBefore[] {
  const parameter = isTree(cast.arg) ? cast.arg.ParamRef : undefined
  if (!isTree(parameter) || !isTree(cast.typeName)) return []
  const [start, parameterAt] = [numberOf(cast.typeName.location), numberOf(parameter.location)]
  return start < parameterAt ? [{ start, parameterAt, hasModifier: 'typmods' in cast.typeName }] : []
}

/** The tree leaves out what is 0. */
function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
