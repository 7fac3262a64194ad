import type { ParseResult } from 'libpg-query'
import { readTree, type TreeFacts } from './read-tree.js'
import { ParserUnavailable, sqlParser } from './sql-parser.js'

/** Places where the grammar has a literal and no parameter, that are found one by one. */
const maxAttempts = 12

export interface ParsedForm extends TreeFacts {
  /** Undefined: the tree is too deep for libpg_query to make one. */
  readonly fingerprint: string | undefined
}

/**
 * Parses SQL with placeholders. libpg_query accepts them where pg_stat_statements puts them; where it does not
 * (`varchar($1)`, `do $1`), a number and then a string is tried in place of each.
 * @throws SqlError, ParserUnavailable
 */
export function parseForm(sql: string): ParsedForm {
  let text = sql
  let numberAt = -1
  for (let attempt = 0; ; attempt++) {
    try {
      const tree: ParseResult = sqlParser.parse(text)
      return { fingerprint: fingerprintOf(text), ...readTree(tree) }
    } catch (error) {
      const at = refusedAt(error)
      if (attempt === maxAttempts || at < 0) throw error
      const isNumber = at === numberAt && text[at] === '0'
      const refused = isNumber ? '0' : /^\$\d+/.exec(text.slice(at, at + 8))?.[0]
      if (!refused) throw error
      numberAt = at
      text = `${text.slice(0, at)}${isNumber ? "''" : '0'}${text.slice(at + refused.length)}`
    }
  }
}

function fingerprintOf(text: string): string | undefined {
  try {
    return sqlParser.fingerprint(text)
  } catch (error) {
    if (error instanceof ParserUnavailable && !error.isTransient) return undefined
    throw error
  }
}

/** Characters from the start, as libpg_query says; -1: it did not say. */
function refusedAt(error: unknown): number {
  const details = (error as { sqlDetails?: { cursorPosition?: number } }).sqlDetails
  return details?.cursorPosition ?? -1
}
