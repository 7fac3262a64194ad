import {
  addressBeginning,
  endsAddress,
  firstLetters,
  linkAddress,
  maxAddressLength,
  withoutPunctuation,
} from './addresses.js'
import { citedNumbers } from './cited-numbers.js'

/** What an answer may cite. */
export interface Given {
  /** Passages, numbered from 1. */
  readonly passages: number
  readonly addresses: ReadonlySet<string>
}

/** What the beginning of a text is. Nothing that comes later changes it. */
export interface Token {
  /** Characters of the text that it takes. */
  readonly length: number
  /** What stays of them as it is. */
  readonly text: string
  /** The given passages that it cites, by number. */
  readonly cited?: readonly number[]
  /** How many citations of what was not given it holds. */
  readonly removed?: number
  /** What is looked at again, before what follows. */
  readonly again?: string
  /** The address goes on; what follows belongs to it. */
  readonly endless?: true
}

const maxBracketLength = 300
const maxCodeLength = 200
const opening = /[[【［]/
const closing = /[\]】］]/
/** Where a token may begin that is more than its first character. */
export const mayBegin = new RegExp(`[ !(<\\\\\`[【［${firstLetters}]`)

/**
 * The token at the beginning of a text, or undefined while more text is needed to tell. What is no citation, link, address
 * or code gives its first character.
 */
export function tokenAt(text: string, isWhole: boolean, given: Given): Token | undefined {
  const first = text[0]!
  if (first === '`') return codeAt(text, isWhole)
  if (opening.test(first)) return bracketAt(text, isWhole, given)
  if (firstLetters.includes(first)) return addressAt(text, isWhole, given)
  if (!mayBegin.test(first)) return literal(text)
  const next = text[1]
  if (next === undefined) return isWhole ? literal(text) : undefined
  if (first === '\\')
    return opening.test(next) ? behind(bracketAt(text.slice(1), isWhole, given), text) : literal(text)
  if (first === '!') return next === '[' ? imageAt(text, isWhole, given) : literal(text)
  if (first === ' ') return spaceAt(text, isWhole, given)
  return wrappedAddressAt(text, isWhole, given)
}

function literal(text: string, length = 1): Token {
  return { length, text: text.slice(0, length) }
}

/** A backslash goes with the citation or link that it stands before, and stays before anything else. */
function behind(token: Token | undefined, text: string): Token | undefined {
  if (!token) return undefined
  return token.cited || token.removed ? { ...token, length: token.length + 1 } : literal(text)
}

function imageAt(text: string, isWhole: boolean, given: Given): Token | undefined {
  const link = bracketAt(text.slice(1), isWhole, given)
  if (!link) return undefined
  return link.again === undefined ? literal(text) : { ...link, length: link.length + 1 }
}

/** The space before what is taken out whole goes with it. */
function spaceAt(text: string, isWhole: boolean, given: Given): Token | undefined {
  if (/[ `]/.test(text[1]!) || !mayBegin.test(text[1]!)) return literal(text)
  const next = tokenAt(text.slice(1), isWhole, given)
  if (!next) return undefined
  const isTakenOut = next.text === '' && !next.cited?.length && !next.again
  return isTakenOut ? { ...next, length: next.length + 1 } : literal(text)
}

function wrappedAddressAt(text: string, isWhole: boolean, given: Given): Token | undefined {
  if (!firstLetters.includes(text[1]!)) return literal(text)
  const address = addressAt(text.slice(1), isWhole, given)
  if (!address) return undefined
  const isClosed = text[1 + address.length] === (text[0] === '(' ? ')' : '>')
  return address.removed && isClosed ? { ...address, length: address.length + 2 } : literal(text)
}

function addressAt(text: string, isWhole: boolean, given: Given): Token | undefined {
  const beginning = addressBeginning(text)
  if (beginning === 'maybe' && !isWhole) return undefined
  if (beginning === undefined || beginning === 'maybe') return literal(text)
  let end = text.slice(beginning.length).search(endsAddress)
  if (end < 0) {
    if (text.length > maxAddressLength) return { length: text.length, text: '', removed: 1, endless: true }
    if (!isWhole) return undefined
    end = text.length - beginning.length
  }
  const address = withoutPunctuation(text.slice(0, beginning.length + end))
  if (address.length <= beginning.length) return literal(text)
  if (given.addresses.has(address)) return literal(text, address.length)
  return { length: address.length, text: '', removed: 1 }
}

function bracketAt(text: string, isWhole: boolean, given: Given): Token | undefined {
  const end = endOf(text, 1, closing, maxBracketLength)
  if (end === 'none') return literal(text)
  if (end === 'open' || (text[end + 1] === undefined && !isWhole)) return isWhole ? literal(text) : undefined
  const inside = text.slice(1, end).replace(/\\$/, '')
  const link = text[end + 1] === '(' ? endOf(text, end + 2, /\)/, maxAddressLength) : 'none'
  if (link === 'open' && !isWhole) return undefined
  const address = typeof link === 'number' ? linkAddress(text.slice(end + 2, link)) : undefined
  const length = (address === undefined ? end : Number(link)) + 1
  const isForeign =
    address !== undefined &&
    (!given.addresses.has(address) || (inside !== address && /:\/\/|www\./i.test(inside)))
  const numbers = citedNumbers(inside)
  if (numbers) {
    const cited = numbers.filter(number => number >= 1 && number <= given.passages)
    return { length, text: '', cited, removed: numbers.length - cited.length + (isForeign ? 1 : 0) }
  }
  if (isForeign) return { length, text: '', removed: 1, again: inside }
  return literal(text, address === undefined ? 1 : length)
}

/** Where a bracket closes. It holds no other opening one, and no end of a line. */
function endOf(text: string, start: number, closes: RegExp, maxLength: number): number | 'open' | 'none' {
  for (let index = start; index < text.length; index += 1) {
    const char = text[index]!
    if (closes.test(char)) return index
    if (char === '\n' || opening.test(char) || index - start >= maxLength) return 'none'
  }
  return 'open'
}

/** A run of back-ticks up to the same run in its line, as markdown has it; without that the run is text. */
function codeAt(text: string, isWhole: boolean): Token | undefined {
  const run = /^`+/.exec(text)![0].length
  if (run === text.length && !isWhole) return undefined
  for (let index = run; index < text.length; index += 1) {
    if (text[index] === '\n' || index - run >= maxCodeLength) return literal(text, run)
    if (text[index] !== '`') continue
    const other = /^`+/.exec(text.slice(index))![0].length
    if (index + other === text.length && !isWhole) return undefined
    if (other === run) return literal(text, index + run)
    index += other - 1
  }
  return isWhole ? literal(text, run) : undefined
}
