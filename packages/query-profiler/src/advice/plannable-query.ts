import { sqlParser } from '../fingerprint/sql-parser.js'
import type { WorkloadQuery } from './advice.js'
import type { NamingContext } from './name-scope.js'
import { queryColumns } from './query-columns.js'
import { childrenOf, kindOf, listOf, type TreeBody, type TreeNode } from './syntax-tree.js'
import type { QueryColumns } from './table-use.js'
import { type Token, typedParameters } from './typed-parameters.js'

/** A statement in the form in which the planner is asked about it: one SELECT that finds what the statement finds. */
export interface PlannableQuery {
  readonly of: WorkloadQuery
  readonly sql: string
  /** Placeholders `$1` … in it. */
  readonly parameters: number
  readonly columns: QueryColumns
}

/**
 * An UPDATE or DELETE becomes the SELECT of the same tables and conditions, an INSERT its SELECT; locks are left out, and
 * `date $1`, which pg_stat_statements writes and the parser refuses, becomes `$1::date`.
 * @returns why not, for a person, if it cannot be planned
 */
export function plannableQuery(
  query: WorkloadQuery,
  context: NamingContext,
): PlannableQuery | { readonly reason: string } {
  try {
    const { text, parameters } = plannableText(query.sql)
    const statements = listOf((sqlParser.parse(text) as TreeBody).stmts)
    const tree = statements[0]?.stmt
    if (statements.length > 1) return { reason: 'It is several statements' }
    if (kindOf(tree) === 'InsertStmt') return { reason: 'It inserts rows without searching any' }
    if (kindOf(tree) !== 'SelectStmt') return { reason: 'It is no SELECT, UPDATE or DELETE' }
    if (writes(tree)) return { reason: 'A part of it writes' }
    const columns = queryColumns(text, context)
    return {
      of: query,
      sql: text,
      parameters,
      columns: { ...columns, updated: updatedBy(query.sql, context) },
    }
  } catch {
    return { reason: 'PostgreSQL’s parser refuses it' }
  }
}

/** @throws SqlError for what cannot even be cut into words */
export function plannableText(sql: string): { readonly text: string; readonly parameters: number } {
  return renumbered(searchOf(withoutLocks(typedParameters(tokensOf(sql)))))
}

/** What an UPDATE sets is no part of its search; without it, it is taken to set anything. */
function updatedBy(sql: string, context: NamingContext): QueryColumns['updated'] {
  try {
    return queryColumns(sql, context).updated
  } catch {
    return undefined
  }
}

function tokensOf(sql: string): Token[] {
  const bytes = Buffer.from(sql)
  let depth = 0
  const tokens: Token[] = []
  for (const { start, end, tokenName, keywordName } of sqlParser.scan(sql).tokens) {
    if (tokenName === 'SQL_COMMENT' || tokenName === 'C_COMMENT') continue
    const text = bytes.toString('utf8', start, end)
    if (text === ')') depth--
    const isKeyword = keywordName !== 'NO_KEYWORD'
    tokens.push({
      text,
      upper: isKeyword ? text.toUpperCase() : '',
      depth,
      isParameter: tokenName === 'PARAM',
    })
    if (text === '(') depth++
  }
  if (tokens.at(-1)?.text === ';') tokens.pop()
  return tokens
}

const strengths = new Set(['UPDATE', 'SHARE', 'NO', 'KEY'])

function withoutLocks(tokens: readonly Token[]): readonly Token[] {
  const lock = tokens.findIndex(
    (token, place) =>
      token.depth === 0 && token.upper === 'FOR' && strengths.has(tokens[place + 1]?.upper ?? ''),
  )
  return lock < 0 ? tokens : tokens.slice(0, lock)
}

/** The statement itself stands outside of all parentheses; what stands before it is WITH. */
function searchOf(tokens: readonly Token[]): readonly Token[] {
  const top = (words: readonly string[], from = 0) => {
    const found = tokens.findIndex(
      (token, at) => at >= from && token.depth === 0 && words.includes(token.upper),
    )
    return found < 0 ? tokens.length : found
  }
  const start = top(['SELECT', 'VALUES', 'UPDATE', 'DELETE', 'INSERT', 'TABLE'])
  const verb = tokens[start]?.upper
  const end = top(['RETURNING'], start)
  const word = (text: string): Token => ({ text, upper: text, depth: 0, isParameter: false })
  const where = Math.min(top(['WHERE'], start), end)
  const before = tokens.slice(0, start)
  if (verb === 'UPDATE') {
    const set = top(['SET'], start)
    const from = Math.min(top(['FROM'], set), where)
    const others = tokens.slice(from + 1, where)
    const tables = [...tokens.slice(start + 1, set), ...(others.length > 0 ? [word(','), ...others] : [])]
    return [...before, ...['SELECT', '1', 'FROM'].map(word), ...tables, ...tokens.slice(where, end)]
  }
  if (verb === 'DELETE') {
    const using = Math.min(top(['USING'], start), where)
    const others = tokens.slice(using + 1, where)
    const tables = [...tokens.slice(start + 2, using), ...(others.length > 0 ? [word(','), ...others] : [])]
    return [...before, ...['SELECT', '1', 'FROM'].map(word), ...tables, ...tokens.slice(where, end)]
  }
  if (verb !== 'INSERT') return tokens
  const conflict = Math.min(top(['ON'], top(['SELECT'], start)), end)
  const select = top(['SELECT', 'WITH'], start + 1)
  return select < end ? [...before, ...tokens.slice(select, conflict)] : tokens
}

/** What is cut out leaves gaps in the numbers, and PREPARE wants none. */
function renumbered(tokens: readonly Token[]): { text: string; parameters: number } {
  const numbers = new Map<string, number>()
  const texts = tokens.map(token => {
    if (!token.isParameter) return token.text
    const number = numbers.get(token.text) ?? numbers.size + 1
    numbers.set(token.text, number)
    return `$${number}`
  })
  return { text: texts.join(' '), parameters: numbers.size }
}

const writing = new Set(['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt', 'intoClause'])

function writes(node: TreeNode | unknown): boolean {
  return Object.keys((node as object) ?? {}).some(key => writing.has(key)) || childrenOf(node).some(writes)
}
