import type { ParseResult } from 'libpg-query'
import type { QueryType } from './statement.js'

export interface TreeFacts {
  readonly type: QueryType
  readonly tables: readonly string[]
  readonly isHousekeeping: boolean
  readonly statements: number
}

const maxTables = 16
const typeOfNode: Readonly<Record<string, QueryType>> = {
  SelectStmt: 'select',
  InsertStmt: 'insert',
  UpdateStmt: 'update',
  DeleteStmt: 'delete',
  MergeStmt: 'merge',
  TransactionStmt: 'transaction',
}
/** Utilities that stand for a query of the application. */
const callsOfTheApplication = new Set(['CallStmt', 'DoStmt', 'ExecuteStmt'])
/** What a statement reads from or writes to comes before what it refers to besides. */
const keysFirst = ['relation', 'fromClause', 'usingClause', 'larg', 'rarg', 'sourceRelation']
const keysLast = new Set([...keysFirst, 'withClause'])
/** Functions that ask the server about itself; all of pg_catalog's own names begin with pg_. */
const serverFunctions =
  /^(?:pg_.*|set_config|current_setting|nextval|currval|lastval|setval|now|version|clock_timestamp|statement_timestamp|transaction_timestamp|current_database|current_schemas?|inet_server_.*|txid_.*|gen_random_uuid|uuid_generate_.*|random)$/

type Node = Readonly<Record<string, unknown>>

/** What is told of a parsed text; of several statements, of the first. */
export function readTree(tree: ParseResult): TreeFacts {
  const statements = tree.stmts ?? []
  const [kind = '', body] = Object.entries(statements[0]?.stmt ?? {})[0] ?? []
  const seen = {
    tables: new Set<string>(),
    defined: new Set<string>(),
    functions: [] as string[],
    skipsLocked: false,
    hasSubquery: false,
  }
  visit(body, seen)
  const type = kind === '' ? 'other' : (typeOfNode[kind] ?? 'utility')
  const tables = [...seen.tables].filter(name => !seen.defined.has(name)).slice(0, maxTables)
  const asksServerOnly =
    kind === 'SelectStmt' &&
    !seen.hasSubquery &&
    isBareSelect(body as Node) &&
    seen.functions.every(name => serverFunctions.test(name))
  return {
    type,
    tables,
    statements: statements.length,
    isHousekeeping:
      type === 'transaction' ||
      type === 'other' ||
      (type === 'utility' && !callsOfTheApplication.has(kind)) ||
      asksServerOnly ||
      seen.skipsLocked,
  }
}

function isBareSelect(select: Node): boolean {
  return !select.fromClause && !select.valuesLists && !select.intoClause && select.op === 'SETOP_NONE'
}

interface Seen {
  readonly tables: Set<string>
  readonly defined: Set<string>
  readonly functions: string[]
  skipsLocked: boolean
  hasSubquery: boolean
}

function visit(root: unknown, seen: Seen): void {
  // A stack of its own: trees may be deeper than the caller's stack allows.
  const open: unknown[] = [root]
  while (open.length > 0) {
    const node = open.pop()
    if (Array.isArray(node)) for (let index = node.length - 1; index >= 0; index--) open.push(node[index])
    else if (typeof node === 'object' && node !== null) {
      note(node as Node, seen)
      const keys = Object.keys(node)
      if ('withClause' in node) open.push((node as Node).withClause)
      for (const key of keys.reverse()) if (!keysLast.has(key)) open.push((node as Node)[key])
      for (const key of keysFirst.toReversed()) if (key in node) open.push((node as Node)[key])
    }
  }
}

function note(node: Node, seen: Seen): void {
  if (typeof node.relname === 'string') {
    const schema = typeof node.schemaname === 'string' ? `${node.schemaname}.` : ''
    if (seen.tables.size < 4 * maxTables) seen.tables.add(schema + node.relname)
  } else if (typeof node.ctename === 'string') seen.defined.add(node.ctename)
  else if (Array.isArray(node.funcname)) {
    const last = node.funcname.at(-1) as { String?: { sval?: string } } | undefined
    seen.functions.push(last?.String?.sval ?? '')
  } else if (node.waitPolicy === 'LockWaitSkip') seen.skipsLocked = true
  if ('SubLink' in node) seen.hasSubquery = true
}
