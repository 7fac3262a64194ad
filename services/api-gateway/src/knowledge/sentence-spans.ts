import { isAbbreviation } from './abbreviations.js'

/** A piece of text by its offsets, in UTF-16 code units; neither begins nor ends with white space. */
export interface Span {
  readonly start: number
  readonly end: number
  /** Whether it begins a paragraph: an empty line or the section's beginning is before it. */
  readonly opensParagraph: boolean
}

const sentenceEnd = /[.!?\u2026\u3002\uff01\uff1f]/
const closer = /["')\]\u00bb\u2019\u201d*_]/
const wideSentenceEnd = /[\u3002\uff01\uff1f]/
const listItem = /^[ \t]*(?:[-+*\u2022\u25aa\u00b7][ \t]|\(?\d{1,3}[.)][ \t]|[|>])/

/**
 * The sentences of `text` between two offsets, in order; each list item, table row and paragraph begins a new one.
 * They cover every character that is not white space. Abbreviations ('Dr.', 'e.g.'), initials and decimals end none.
 */
export function* sentenceSpans(text: string, start: number, end: number): Generator<Span> {
  let opensParagraph = true
  let from = skipSpace(text, start, end)
  for (let at = from; at < end; ) {
    const stop = sentenceStop(text, from, at, end)
    const next = skipSpace(text, stop, end)
    yield { start: from, end: trimEnd(text, from, stop), opensParagraph }
    opensParagraph = hasEmptyLine(text, stop, next)
    from = next
    at = next
  }
}

/** The offset behind the sentence that begins at `from`: behind its closing mark, or at the line end that ends it. */
function sentenceStop(text: string, from: number, at: number, end: number): number {
  for (let index = at; index < end; index += 1) {
    const character = text[index]!
    if (character === '\n') {
      const next = index + 1
      if (isBlankLine(text, next, end) || listItem.test(text.slice(next, Math.min(end, next + 12))))
        return index
    } else if (sentenceEnd.test(character)) {
      let stop = index + 1
      while (stop < end && (sentenceEnd.test(text[stop]!) || closer.test(text[stop]!))) stop += 1
      if (stop >= end || wideSentenceEnd.test(character)) return stop
      if (isSpace(text[stop]!) && endsSentence(text, from, index, stop, end)) return stop
      index = stop - 1
    }
  }
  return end
}

function endsSentence(text: string, from: number, mark: number, stop: number, end: number): boolean {
  const next = skipSpace(text, stop, end)
  // A sentence does not begin with a small letter.
  if (next < end && /\p{Ll}/u.test(text[next]!)) return false
  if (text[mark] !== '.' || stop > mark + 1) return true
  let wordStart = mark
  while (wordStart > from && mark - wordStart < 20 && !isSpace(text[wordStart - 1]!)) wordStart -= 1
  const word = text.slice(wordStart, mark).replace(/^[("'[\u201c\u2018*_]+/, '')
  // The number of a list item: '1. Wash your hands.'
  if (/^\d{1,3}$/.test(word) && isLineStart(text, wordStart, from)) return false
  return !isAbbreviation(word)
}

function isLineStart(text: string, at: number, from: number): boolean {
  let index = at
  while (index > from && (text[index - 1] === ' ' || text[index - 1] === '\t')) index -= 1
  return index === from || text[index - 1] === '\n'
}

function isBlankLine(text: string, at: number, end: number): boolean {
  let index = at
  while (index < end && text[index] !== '\n' && isSpace(text[index]!)) index += 1
  return index >= end || text[index] === '\n'
}

function hasEmptyLine(text: string, start: number, end: number): boolean {
  const first = text.indexOf('\n', start)
  return first >= 0 && first < end && text.slice(first + 1, end).includes('\n')
}

function isSpace(character: string): boolean {
  return character <= ' ' || (character >= '\u00a0' && /\s/.test(character))
}

function skipSpace(text: string, start: number, end: number): number {
  let index = start
  while (index < end && isSpace(text[index]!)) index += 1
  return index
}

function trimEnd(text: string, start: number, end: number): number {
  let index = end
  while (index > start && isSpace(text[index - 1]!)) index -= 1
  return index
}
