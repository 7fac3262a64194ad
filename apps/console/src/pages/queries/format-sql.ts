/** A piece of a statement, for the eye. */
export interface SqlPiece {
  readonly text: string
  readonly isKeyword: boolean
}

const keywords = new Set(
  `select from where and or not in is null like ilike between exists any all some as on using join inner left right full
  outer cross lateral group by having order asc desc nulls first last limit offset fetch union intersect except with
  recursive insert into values on conflict do nothing update set delete returning merge when matched then case else end
  distinct over partition filter within create drop index concurrently unique include if analyze for share skip locked
  true false cast interval reindex table materialized`
    .split(/\s+/)
    .filter(Boolean),
)
/** Each begins a line. */
const clauses =
  /^(?:from|where|having|limit|offset|values|set|returning|union|intersect|except|when|include|(?:group|order) by|on conflict|(?:(?:inner|left|right|full|cross)(?: outer)? )?join|and|or)$/i
/** Functions whose arguments stand apart by words. */
const wordy = /^(?:extract|substring|trim|overlay|position)$/
const tokens =
  /"(?:[^"]|"")*"|'(?:[^']|'')*'|(?:inner|left|right|full|cross)(?:\s+outer)?\s+join\b|(?:group|order)\s+by\b|on\s+conflict\b|[\p{L}_$][\p{L}\p{N}_$]*|\s+|[()]|[^\s"'()\p{L}_$]+|./giu

/** Broken into lines at its clauses, indented by its brackets; the words themselves stay as they are. */
export function formatSql(sql: string): SqlPiece[] {
  const pieces: SqlPiece[] = []
  /** Of each open bracket, whether its words are arguments, such as `extract(epoch from at)`. */
  const brackets: boolean[] = []
  let betweens = 0
  let before = ''
  for (const [token] of sql.trim().matchAll(tokens)) {
    const text = /^\s+$/.test(token) ? ' ' : token.replaceAll(/\s+/g, ' ')
    const word = text.toLowerCase()
    if (text === '(') brackets.push(wordy.test(before))
    else if (text === ')') brackets.pop()
    if (word === 'between') betweens++
    const belongsToBetween = word === 'and' && betweens > 0
    if (belongsToBetween) betweens--
    if (clauses.test(word) && !belongsToBetween && !brackets.at(-1) && pieces.length > 0) {
      if (pieces.at(-1)?.text === ' ') pieces.pop()
      const isPart = word === 'and' || word === 'or'
      pieces.push({ text: `\n${'  '.repeat(brackets.length + (isPart ? 1 : 0))}`, isKeyword: false })
    }
    pieces.push({ text, isKeyword: word.split(' ').every(each => keywords.has(each)) })
    if (text !== ' ') before = word
  }
  return pieces
}
