import { sqlParser } from '../fingerprint/sql-parser.js'

const maxLength = 2000
/** Identifiers, keywords, operators, parameters; not what holds a quote or begins with a digit. */
const withoutValue = /^(?:(?:U&)?"|\$\d+$|(?!\.\d)[^\d'"$][^'"]*$)/i
const comments = new Set(['SQL_COMMENT', 'C_COMMENT'])
const likeOperators = new Set(['~~', '~~*', '!~~', '!~~*'])

/**
 * An expression of a plan without its literals: each is `?`, and `'%?'` where it is the pattern of a `LIKE` that
 * begins with a wildcard, which no index of a B-tree helps with. Columns, functions, casts, operators, parameters,
 * the names of subplans, `true`, `false` and `NULL` remain. An expression that PostgreSQL's scanner refuses is `?`.
 * At most 2,000 characters.
 */
export function redactExpression(expression: string): string {
  let out = ''
  let end = 0
  let previous = ''
  for (const token of tokensOf(expression)) {
    if (comments.has(token.tokenName)) continue
    if (out && token.start > end) out += ' '
    end = token.end
    out += withoutValue.test(token.text) ? token.text : placeholder(token.text, previous)
    previous = token.text
    if (out.length > maxLength) return `${out.slice(0, maxLength - 1)}…`
  }
  return out || '?'
}

type Token = ReturnType<typeof sqlParser.scan>['tokens'][number]

function tokensOf(expression: string): readonly Token[] {
  try {
    return sqlParser.scan(expression).tokens
  } catch {
    return []
  }
}

function placeholder(literal: string, previous: string): string {
  // These two names are never an identifier of a query: that would stand in quotes, for its capitals.
  if ((previous === 'SubPlan' || previous === 'InitPlan') && /^\d+$/.test(literal)) return literal
  if (likeOperators.has(previous) && /^E?'[%_]/i.test(literal)) return "'%?'"
  return '?'
}
