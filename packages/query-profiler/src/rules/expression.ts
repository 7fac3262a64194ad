/**
 * Reads conditions as PostgreSQL prints them in plans (`((o.total > ?) AND (lower((email)::text) = ?))`), values
 * replaced or not. It knows their few forms, not SQL: what it cannot tell, it leaves out.
 */
export interface Condition {
  /** Of the relation itself, each once. */
  readonly columns: readonly string[]
  readonly kind: 'equality' | 'range' | 'pattern' | 'other'
  /** Functions that are applied to a column, outermost. */
  readonly functions: readonly { readonly name: string; readonly column: string }[]
  readonly casts: readonly { readonly column: string; readonly type: string }[]
  /** Of a pattern: whether its first character is a wildcard; undefined: not known. */
  readonly leadingWildcard?: boolean
  readonly ignoresCase: boolean
}

interface Token {
  readonly text: string
  readonly kind: 'name' | 'quoted' | 'literal' | 'operator' | 'mark'
}

const tokenForms =
  /\s*(?:(?<quoted>"(?:[^"]|"")*")|(?<literal>\?|[EBX]?'(?:[^']|'')*'|\$\d+|\d[\d.]*(?:e[+-]?\d+)?)|(?<name>[\p{L}_][\p{L}\p{N}_$]*)|(?<cast>::)|(?<operator>[-+*/<>=~!@#%^&|`?]+)|(?<mark>[()[\],.;:]))/uy

function tokensOf(expression: string): Token[] {
  const tokens: Token[] = []
  tokenForms.lastIndex = 0
  for (let at = 0; at < expression.length; at = tokenForms.lastIndex) {
    tokenForms.lastIndex = at
    const groups = tokenForms.exec(expression)?.groups
    if (!groups) break
    const { quoted, literal, name, cast, operator, mark } = groups
    if (quoted) tokens.push({ kind: 'quoted', text: quoted.slice(1, -1).replaceAll('""', '"') })
    else if (literal) tokens.push({ kind: 'literal', text: literal })
    else if (name) tokens.push({ kind: 'name', text: name })
    else if (operator) tokens.push({ kind: 'operator', text: operator })
    else tokens.push({ kind: 'mark', text: cast ?? mark ?? '' })
  }
  return tokens
}

/** The parts that a condition joins by AND, each looked at for itself. `alias` is the relation's name in the plan. */
export function conditionsOf(expression: string, alias: string): Condition[] {
  return split(tokensOf(expression), 'AND').map(part => conditionOf(part, alias))
}

/** The branches of a condition that is one OR at its top; empty for any other. */
export function branchesOf(expression: string, alias: string): Condition[] {
  const branches = split(tokensOf(expression), 'OR')
  return branches.length > 1 ? branches.map(part => conditionOf(part, alias)) : []
}

function split(tokens: readonly Token[], by: 'AND' | 'OR'): Token[][] {
  const parts: Token[][] = [[]]
  let depth = 0
  const bare = withoutParentheses(tokens)
  for (const token of bare) {
    if (token.text === '(') depth++
    if (token.text === ')') depth--
    if (depth === 0 && token.kind === 'name' && token.text === by) parts.push([])
    else parts.at(-1)?.push(token)
  }
  return parts
}

/** Less the parentheses around the whole. */
function withoutParentheses(tokens: readonly Token[]): readonly Token[] {
  let bare = tokens
  while (bare[0]?.text === '(' && closing(bare, 0) === bare.length - 1) bare = bare.slice(1, -1)
  return bare
}

/** Where the parenthesis at `open` closes. */
function closing(tokens: readonly Token[], open: number): number {
  let depth = 0
  for (let at = open; at < tokens.length; at++) {
    if (tokens[at]?.text === '(') depth++
    if (tokens[at]?.text === ')' && --depth === 0) return at
  }
  return tokens.length
}

function conditionOf(part: readonly Token[], alias: string): Condition {
  const { columns, types } = namesOf(part, alias)
  const operators = part.filter(token => token.kind === 'operator').map(token => token.text)
  const pattern = part.findIndex(token => ['~~', '~~*', '!~~', '!~~*'].includes(token.text))
  const literal = pattern < 0 ? undefined : part.slice(pattern).find(token => token.kind === 'literal')?.text
  return {
    columns: [...new Set(columns.values())],
    kind: kindOf(part, operators),
    functions: functionsOn(part, columns),
    casts: [...types].flatMap(([at, type]) => {
      const column = columns.get(at)
      return column ? [{ column, type }] : []
    }),
    ...(literal === undefined || literal.startsWith('$')
      ? {}
      : { leadingWildcard: /^E?'[%_]/.test(literal) }),
    ignoresCase: operators.some(operator => operator.endsWith('~~*')),
  }
}

function kindOf(part: readonly Token[], operators: readonly string[]): Condition['kind'] {
  if (operators.some(operator => operator === '~~' || operator === '~~*')) return 'pattern'
  const words = part.filter(token => token.kind === 'name').map(token => token.text)
  if (words.includes('OR') || words.includes('SubPlan')) return 'other'
  if (operators.includes('=')) return 'equality'
  if (operators.some(operator => ['<', '>', '<=', '>='].includes(operator))) return 'range'
  if (operators.length > 0) return 'other'
  if (words.includes('IS')) return words.includes('NOT') ? 'other' : 'equality'
  // A column of booleans, or its negation.
  return words.length > 0 ? 'equality' : 'other'
}

const keywords = new Set(
  'AND OR NOT IS NULL TRUE FALSE UNKNOWN DISTINCT FROM ANY ALL SOME ROW ARRAY CASE WHEN THEN ELSE END IN COLLATE AT TIME ZONE LOCAL SubPlan hashed InitPlan EXISTS BETWEEN SYMMETRIC'.split(
    ' ',
  ),
)

/** Columns by the place of their token, and the types that columns are cast to, by the same. */
function namesOf(part: readonly Token[], alias: string) {
  const columns = new Map<number, string>()
  const types = new Map<number, string>()
  let last = -1
  for (let at = 0; at < part.length; at++) {
    const token = part[at] as Token
    if (token.text === '::' && token.kind === 'mark') {
      const end = typeEnd(part, at + 1)
      // Only `(column)::type` is a cast of a column; `(a + b)::type` and `?::type` are not.
      const open = part[last - 1]?.text === '.' ? last - 3 : last - 1
      if (part[at - 1]?.text === ')' && last === at - 2 && part[open]?.text === '(')
        types.set(last, typeText(part.slice(at + 1, end)))
      at = end - 1
      continue
    }
    if (token.kind !== 'name' && token.kind !== 'quoted') continue
    if (token.kind === 'name' && keywords.has(token.text)) continue
    const next = part[at + 1]?.text
    if (next === '.' || next === '(') continue
    const isQualified = part[at - 1]?.text === '.'
    if (isQualified && part[at - 2]?.text !== alias) continue
    columns.set(at, token.text)
    last = at
  }
  return { columns, types }
}

const typeWords = new Set(['varying', 'precision', 'with', 'without', 'time', 'zone'])

function typeEnd(part: readonly Token[], start: number): number {
  let at = start + 1
  for (; at < part.length; at++) {
    const { text } = part[at] as Token
    if (typeWords.has(text) || text === '.' || part[at - 1]?.text === '.') continue
    if (text === '(') at = closing(part, at)
    else if (text !== '[' && text !== ']') break
  }
  return at
}

function typeText(tokens: readonly Token[]): string {
  const end = tokens.findIndex(token => token.text === '(')
  return tokens
    .slice(0, end < 0 ? undefined : end)
    .map(token => token.text)
    .join(' ')
    .replaceAll(' . ', '.')
}

function functionsOn(part: readonly Token[], columns: ReadonlyMap<number, string>) {
  const found: { name: string; column: string }[] = []
  for (let at = 0; at < part.length; at++) {
    const token = part[at] as Token
    if (token.kind === 'mark' || part[at + 1]?.text !== '(' || keywords.has(token.text)) continue
    if (token.kind !== 'name' && token.kind !== 'quoted') continue
    const end = closing(part, at + 1)
    for (const [place, column] of columns)
      if (place > at && place < end) found.push({ name: token.text, column })
    at = end
  }
  return found
}
