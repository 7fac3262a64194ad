import { isAbbreviation } from './abbreviations.js'
import { isSpace, skipSpace } from './white-space.js'

/** A piece of text by its offsets, in UTF-16 code units; neither begins nor ends with white space. */
export interface Span {
  readonly start: number
  readonly end: number
  /** Whether it begins a paragraph: an empty line or the section's beginning is before it. */
  readonly opensParagraph: boolean
}

const codesOf = (characters: string) => new Set(Array.from(characters, character => character.charCodeAt(0)))
const newline = 0x0a
const fullStop = 0x2e
/** They end a sentence without white space behind them. */
const wideMarks = codesOf('\u3002\uff01\uff1f')
const marks = codesOf('.!?\u2026\u3002\uff01\uff1f')
const closers = codesOf('"\')]\u00bb\u2019\u201d*_')
const listItem = /^[ \t]*(?:[-+*\u2022\u25aa\u00b7][ \t]|\(?\d{1,3}[.)][ \t]|[|>])/

/**
 * The sentences of `text` between two offsets, in order; each list item, table row and paragraph begins a new one.
 * They cover every character that is not white space. Abbreviations ('Dr.', 'e.g.'), initials and decimals end none.
 */
export function* sentenceSpans(text: string, start: number, end: number): Generator<Span> {
  let opensParagraph = true
  for (let from = skipSpace(text, start, end); from < end; ) {
    const stop = sentenceStop(text, from, end)
    const next = skipSpace(text, stop, end)
    yield { start: from, end: trimEnd(text, from, stop), opensParagraph }
    opensParagraph = hasEmptyLine(text, stop, next)
    from = next
  }
}

/** The offset behind the sentence that begins at `from`: behind its closing mark, or at the line end that ends it. */
function sentenceStop(text: string, from: number, end: number): number {
  for (let at = from; at < end; at += 1) {
    const code = text.charCodeAt(at)
    if (code === newline) {
      if (isBlankLine(text, at + 1, end) || listItem.test(text.slice(at + 1, Math.min(end, at + 13))))
        return at
    } else if (marks.has(code)) {
      let stop = at + 1
      while (stop < end && isMarkOrCloser(text.charCodeAt(stop))) stop += 1
      if (stop >= end || wideMarks.has(code)) return stop
      if (isSpace(text.charCodeAt(stop)) && endsSentence(text, from, at, stop, end)) return stop
      at = stop - 1
    }
  }
  return end
}

function isMarkOrCloser(code: number): boolean {
  return marks.has(code) || closers.has(code)
}

function endsSentence(text: string, from: number, mark: number, stop: number, end: number): boolean {
  const next = skipSpace(text, stop, end)
  // A sentence does not begin with a small letter.
  if (next < end && isSmallLetter(text, next)) return false
  if (text.charCodeAt(mark) !== fullStop || stop > mark + 1) return true
  let wordStart = mark
  while (wordStart > from && mark - wordStart < 20 && !isSpace(text.charCodeAt(wordStart - 1))) wordStart -= 1
  if (wordStart === mark) return true
  const word = text.slice(wordStart, mark).replace(/^[("'[\u201c\u2018*_]+/, '')
  // The number of a list item: '1. Wash your hands.'
  if (/^\d{1,3}$/.test(word) && isLineStart(text, wordStart, from)) return false
  return !isAbbreviation(word)
}

function isSmallLetter(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code < 0x80 ? code >= 0x61 && code <= 0x7a : /\p{Ll}/u.test(text[at]!)
}

function isLineStart(text: string, at: number, from: number): boolean {
  let index = at
  while (index > from && (text[index - 1] === ' ' || text[index - 1] === '\t')) index -= 1
  return index === from || text[index - 1] === '\n'
}

function isBlankLine(text: string, at: number, end: number): boolean {
  let index = at
  while (index < end && text.charCodeAt(index) !== newline && isSpace(text.charCodeAt(index))) index += 1
  return index >= end || text.charCodeAt(index) === newline
}

/** Whether white space holds two line ends. */
function hasEmptyLine(text: string, start: number, end: number): boolean {
  if (end - start < 2) return false
  const space = text.slice(start, end)
  return space.indexOf('\n') !== space.lastIndexOf('\n')
}

function trimEnd(text: string, start: number, end: number): number {
  let index = end
  while (index > start && isSpace(text.charCodeAt(index - 1))) index -= 1
  return index
}
