import { termOf } from './question-words.js'

/** A relation that is another one when its sides are exchanged: what causes what, what is better than what. */
export interface Direction {
  readonly relation: string
  /** The nearest terms in front of it, and behind it. */
  readonly left: readonly string[]
  readonly right: readonly string[]
}

const relations: Readonly<Record<string, string>> = {
  than: 'than',
  to: 'to',
  into: 'to',
  before: 'before',
  after: 'after',
  cause: 'cause',
  causes: 'cause',
  caused: 'cause',
  causing: 'cause',
  lead: 'cause',
  leads: 'cause',
  trigger: 'cause',
  triggers: 'cause',
  affect: 'affect',
  affects: 'affect',
  worsen: 'affect',
  worsens: 'affect',
  replace: 'replace',
  replaces: 'replace',
}
const near = 3
const maxDirections = 8

/** Of the tokens of a question. */
export function directionsOf(tokens: readonly string[]): Direction[] {
  const found: Direction[] = []
  for (const [index, token] of tokens.entries()) {
    if (!Object.hasOwn(relations, token) || found.length === maxDirections) continue
    const front = nearest(tokens.slice(0, index).reverse())
    const behind = nearest(tokens.slice(index + 1))
    if (front.length === 0 || behind.length === 0) continue
    const isPassive = tokens[index + 1] === 'by'
    const [left, right] = isPassive ? [behind, front] : [front, behind]
    found.push({ relation: relations[token]!, left, right })
  }
  return found
}

/** Whether a term has gone from the left to the right, and another the other way. */
export function areReversed(a: Direction, b: Direction): boolean {
  return a.relation === b.relation && hasMoved(a.left, a.right, b) && hasMoved(b.left, b.right, a)
}

/** Whether one of the left terms, and not of the right, stands in the other's right and not left. */
function hasMoved(left: readonly string[], right: readonly string[], other: Direction): boolean {
  return left.some(term => !right.includes(term) && other.right.includes(term) && !other.left.includes(term))
}

function nearest(tokens: readonly string[]): string[] {
  const terms: string[] = []
  for (const token of tokens) {
    if (terms.length === near || /^[.?!;]$/.test(token)) break
    const term = Object.hasOwn(relations, token) ? undefined : termOf(token)
    if (term !== undefined) terms.push(term)
  }
  return terms
}
