/** A word of a statement. */
export interface Token {
  readonly text: string
  /** Of a keyword, in capitals; else empty. */
  readonly upper: string
  /** How many parentheses it stands in. */
  readonly depth: number
  readonly isParameter: boolean
}

/** Rows that `LIMIT $1` stands for; the planner would take it for a tenth of the table. */
const typicalLimit = 20
const typeNames = new Set(['DATE', 'INTERVAL', 'TIMESTAMP', 'TIMESTAMPTZ', 'TIME'])

/**
 * pg_stat_statements puts placeholders where a constant was, and some of these the server does not take, or does not know the
 * type of: `date $1`, `extract($1 from d)`, `date $1 - $2`, `sum(case … then $1 else $2 end)`.
 */
export function typedParameters(tokens: readonly Token[]): Token[] {
  const result: Token[] = []
  const sums: number[] = []
  for (const [place, token] of tokens.entries()) {
    const before = result.at(-1)
    const upper = before?.upper ?? ''
    if (token.upper === 'CASE' && isSum(result)) sums.push(token.depth)
    if (token.upper === 'END' && sums.at(-1) === token.depth) sums.pop()
    if (!token.isParameter) result.push(token)
    else if (typeNames.has(before?.text.toUpperCase() ?? '')) {
      const type = result.pop()?.text.toUpperCase()
      result.push(token, plain(token, `::${type}`))
    } else if (upper === 'LIMIT') result.push(plain(token, String(typicalLimit)))
    else if (upper === 'OFFSET') result.push(plain(token, '0'))
    else if (
      before?.text === '(' &&
      result.at(-2)?.upper === 'EXTRACT' &&
      tokens[place + 1]?.upper === 'FROM'
    )
      result.push(plain(token, 'year'))
    else if (isDaysOf(result) || ((upper === 'THEN' || upper === 'ELSE') && sums.at(-1) === token.depth))
      result.push(token, plain(token, '::int'))
    else result.push(token)
  }
  return result
}

function plain(token: Token, text: string): Token {
  return { ...token, text, upper: '', isParameter: false }
}

/** What stands before is `sum(`. */
function isSum(before: readonly Token[]): boolean {
  return before.at(-1)?.text === '(' && /^(sum|avg)$/i.test(before.at(-2)?.text ?? '')
}

/** What stands before is `$1::date -`: an interval would say that it is one. */
function isDaysOf(before: readonly Token[]): boolean {
  return ['+', '-'].includes(before.at(-1)?.text ?? '') && before.at(-2)?.text === '::DATE'
}
